//! Queries to InfluxDB.
import { address } from "./addresses";
import { fetchJson } from "./fetch";
import type { Series } from "./prometheus";

interface Response {
  results: {
    error?: string;
    series?: { tags?: Record<string, string>; columns: string[]; values: (number | null)[][] }[];
  }[];
}

/** One series per value column of each result, without empty points. */
export async function query(influxql: string): Promise<Series[]> {
  const form = new URLSearchParams({ db: "metric", epoch: "ms", q: influxql });
  const response = (await fetchJson(`${address.influxdb}/query?${form}`)) as Response;
  return response.results.flatMap((result) => {
    if (result.error !== undefined) throw new Error(`${influxql}: ${result.error}`);
    return (result.series ?? []).flatMap((row) =>
      row.columns.slice(1).map((column, at) => ({
        labels: { ...row.tags, column },
        points: row.values.flatMap((value): [number, number][] => {
          const [time, sample] = [value[0], value[at + 1]];
          return typeof time === "number" && typeof sample === "number" ? [[time / 1000, sample]] : [];
        }),
      })),
    );
  });
}
