//! InfluxDB's own answers.
import { address } from "./addresses";
import { json } from "./fetch";
import type { Series } from "./prometheus";

interface Answer {
  results: {
    error?: string;
    series?: { tags?: Record<string, string>; columns: string[]; values: (number | null)[][] }[];
  }[];
}

/** One series for each value column of each row of the answer, without its empty points. */
export async function ask(query: string): Promise<Series[]> {
  const form = new URLSearchParams({ db: "metric", epoch: "ms", q: query });
  const answer = (await json(`${address.influxdb}/query?${form}`)) as Answer;
  return answer.results.flatMap((result) => {
    if (result.error !== undefined) throw new Error(`${query}: ${result.error}`);
    return (result.series ?? []).flatMap((row) =>
      row.columns.slice(1).map((column, at) => ({
        labels: { ...row.tags, column },
        points: row.values.flatMap((value): [number, number][] => {
          const [time, found] = [value[0], value[at + 1]];
          return typeof time === "number" && typeof found === "number" ? [[time / 1000, found]] : [];
        }),
      })),
    );
  });
}
