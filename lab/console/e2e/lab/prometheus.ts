//! Queries to Prometheus.
import { expect } from "@playwright/test";
import { address } from "./addresses";
import { fetchJson } from "./fetch";

/** A series: its labels, and its samples as [Unix seconds, value]. */
export interface Series {
  labels: Record<string, string>;
  points: [number, number][];
}

interface Response {
  data: { result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[] };
}

/** A range query; times in milliseconds. */
export function range(promql: string, from: number, to: number, step: number): Promise<Series[]> {
  return query("query_range", { query: promql, start: seconds(from), end: seconds(to), step: seconds(step) });
}

/** An instant query, at a time in milliseconds or now. */
export function instant(promql: string, at?: number): Promise<Series[]> {
  return query("query", at === undefined ? { query: promql } : { query: promql, time: seconds(at) });
}

/** The sum of the newest samples of all series; 0 without samples. */
export async function total(promql: string): Promise<number> {
  const series = await instant(promql);
  return series.reduce((sum, one) => sum + (one.points.at(-1)?.[1] ?? 0), 0);
}

/** Polls a value every second until five readings in a row are equal, so that no traffic is left. */
export async function stableValue(name: string, read: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  await expect
    .poll(
      async () => {
        values.push(await read());
        return values.length > 4 && values.slice(-5).every((value) => value === values.at(-1));
      },
      { message: `${name} become stable`, intervals: [1000], timeout: 60_000 },
    )
    .toBe(true);
  return values.at(-1) ?? 0;
}

async function query(path: string, form: Record<string, string>): Promise<Series[]> {
  const url = `${address.prometheus}/api/v1/${path}`;
  const response = (await fetchJson(url, { method: "POST", body: new URLSearchParams(form) })) as Response;
  return response.data.result.map((one) => ({
    labels: one.metric,
    points: (one.values ?? (one.value ? [one.value] : [])).map(([at, value]) => [at, parseNumber(value)]),
  }));
}

/** Parses Prometheus' +Inf and -Inf. */
function parseNumber(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}
