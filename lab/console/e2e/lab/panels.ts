//! What a panel was answered, and what the data source itself answers to the same queries.
import * as influxdb from "./influxdb";
import type { Series } from "./prometheus";
import * as prometheus from "./prometheus";

export interface Query {
  ref: string;
  source: "prometheus" | "influxdb" | "jaeger";
  query: string;
  kind: "range" | "instant" | "influxql" | "traces";
  from: number;
  to: number;
  step_ms: number;
  series: number;
  error: string | null;
}

export type View =
  | { kind: "series"; series: { config: { name: string }; values: (number | null)[] }[] }
  | { kind: "values"; values: { config: { name: string }; value: number | null }[] }
  | { kind: "table"; columns: { config: { name: string }; type: string }[]; rows: (number | string | null)[][] }
  | {
      kind: "heatmap";
      times: number[];
      buckets: { from: number | null; to: number | null }[];
      cells: (number | null)[][];
    }
  | { kind: "text" }
  | { kind: "alerts" };

export interface PanelData {
  id: number;
  view: View | null;
  error: string | null;
  queries: Query[];
}

/** The lines of one answer of the data call. */
export function lines(body: string): PanelData[] {
  return body
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as PanelData);
}

/** The data source's own answer: same query, same times, same step. */
export function ask(query: Query): Promise<Series[]> {
  switch (query.kind) {
    case "range":
      return prometheus.range(query.query, query.from, query.to, query.step_ms);
    case "instant":
      return prometheus.instant(query.query, query.to);
    case "influxql":
      return influxdb.ask(query.query);
    case "traces":
      throw new Error("no dashboard of this lab lists traces");
  }
}

/** The last number of each series, in ascending order; a series without one is null. */
export function lasts(series: Series[]): (number | null)[] {
  return series.map(({ points }) => points.map(([, value]) => value).findLast(Number.isFinite) ?? null).sort(ascending);
}

/** Nulls first. */
export function ascending(a: number | null, b: number | null): number {
  return (a ?? -Infinity) - (b ?? -Infinity) || 0;
}
