//! Prometheus' own answers.
import { expect } from "@playwright/test";
import { address } from "./addresses";
import { json } from "./fetch";

/** A series: its labels, and its samples as [Unix seconds, value]. */
export interface Series {
  labels: Record<string, string>;
  points: [number, number][];
}

interface Answer {
  data: { result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[] };
}

/** A range query; times in milliseconds. */
export function range(query: string, from: number, to: number, step: number): Promise<Series[]> {
  return ask("query_range", { query, start: seconds(from), end: seconds(to), step: seconds(step) });
}

/** An instant query, at a time in milliseconds or now. */
export function instant(query: string, at?: number): Promise<Series[]> {
  return ask("query", at === undefined ? { query } : { query, time: seconds(at) });
}

/** The sum of the newest samples of all series; 0 where there is none yet. */
export async function total(query: string): Promise<number> {
  const series = await instant(query);
  return series.reduce((sum, one) => sum + (one.points.at(-1)?.[1] ?? 0), 0);
}

/** A figure once it has stood still for several scrapes: nobody else sends. */
export async function atRest(what: string, figure: () => Promise<number>): Promise<number> {
  const looks: number[] = [];
  await expect
    .poll(
      async () => {
        looks.push(await figure());
        return looks.length > 4 && looks.slice(-5).every((look) => look === looks.at(-1));
      },
      { message: `${what} come to rest`, intervals: [1000], timeout: 60_000 },
    )
    .toBe(true);
  return looks.at(-1) ?? 0;
}

async function ask(path: string, form: Record<string, string>): Promise<Series[]> {
  const url = `${address.prometheus}/api/v1/${path}`;
  const answer = (await json(url, { method: "POST", body: new URLSearchParams(form) })) as Answer;
  return answer.data.result.map((one) => ({
    labels: one.metric,
    points: (one.values ?? (one.value ? [one.value] : [])).map(([at, value]) => [at, number(value)]),
  }));
}

/** Prometheus writes infinities as +Inf and -Inf. */
function number(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}
