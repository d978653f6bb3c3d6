//! The data of panels, and the results of the same queries from their data sources.
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

/** Parses the NDJSON response of `/api/dashboards/UID/data`. */
export function parsePanels(body: string): PanelData[] {
  return body
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as PanelData);
}

/** Runs the query on its data source, with the same times and step. */
export function runQuery(query: Query): Promise<Series[]> {
  switch (query.kind) {
    case "range":
      return prometheus.range(query.query, query.from, query.to, query.step_ms);
    case "instant":
      return prometheus.instant(query.query, query.to);
    case "influxql":
      return influxdb.query(query.query);
    case "traces":
      throw new Error("no dashboard of the lab queries traces");
  }
}

/** The last number of each series in ascending order; null for a series without one. */
export function lastValues(series: Series[]): (number | null)[] {
  return series.map(({ points }) => points.map(([, value]) => value).findLast(Number.isFinite) ?? null).sort(ascending);
}

/** Nulls first. */
export function ascending(a: number | null, b: number | null): number {
  return (a ?? -Infinity) - (b ?? -Infinity) || 0;
}
