//! A dashboard and its panels' data, as the server answers them.
import type { Alert } from "./types";

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  folder: string;
  time: { from: string; to: string };
  /** "5s", or "" for none. */
  refresh: string;
  refresh_options: string[];
  links: { title: string; url: string; external: boolean }[];
  variables: Variable[];
  panels: PanelHead[];
}

export interface Variable {
  name: string;
  label: string;
  multi: boolean;
  include_all: boolean;
  options: string[];
  /** "$__all" stands for All. */
  current: string[];
}

interface PanelCommon {
  id: number;
  title: string;
  description: string;
  /** Grafana's grid: 24 columns, rows of 30 px. */
  grid: { x: number; y: number; w: number; h: number };
  collapsed: boolean;
  row: number | null;
  links: { title: string; url: string }[];
  /** What is in the file and not drawn here, by name. */
  unknown: string[];
  /** What stands where there is no data. */
  no_value: string | null;
}

export type PanelHead = PanelCommon &
  (
    | { kind: "timeseries"; options: SeriesOptions }
    | { kind: "state-timeline"; options: StateOptions }
    | { kind: "stat"; options: StatOptions }
    | { kind: "gauge"; options: GaugeOptions }
    | { kind: "bargauge"; options: BarGaugeOptions }
    | { kind: "table"; options: TableOptions }
    | { kind: "heatmap"; options: HeatmapOptions }
    | { kind: "text" | "row" | "alertlist"; options: Record<string, never> }
  );

export interface SeriesOptions {
  legend: {
    show: boolean;
    mode: "list" | "table";
    placement: "bottom" | "right";
    calcs: string[];
    sort_by: string | null;
    sort_desc: boolean;
  };
  tooltip: { mode: "single" | "multi" | "none"; sort: "none" | "asc" | "desc" };
}

export interface StateOptions extends SeriesOptions {
  show_value: "auto" | "always" | "never";
  merge: boolean;
  row_height: number;
  align: "left" | "center" | "right";
}

export interface StatOptions {
  color_mode: "none" | "value" | "background";
  graph_mode: "none" | "area";
  text_mode: "auto" | "value" | "name" | "value_and_name" | "none";
  justify: "auto" | "center";
  orientation: Orientation;
  text: TextSize;
}

/** In px; null: as fits. */
export interface TextSize {
  value_size: number | null;
  title_size: number | null;
}

export type Orientation = "auto" | "horizontal" | "vertical";

export interface GaugeOptions {
  show_labels: boolean;
  show_markers: boolean;
  orientation: Orientation;
  text: TextSize;
}

export interface BarGaugeOptions {
  display: "basic" | "lcd" | "gradient";
  orientation: Orientation;
  text: TextSize;
}

export interface TableOptions {
  header: boolean;
  cell_height: string;
  sort: { column: string; desc: boolean }[];
}

export interface HeatmapOptions {
  scheme: string;
  reverse: boolean;
  steps: number;
  exponent: number;
  y_unit: Unit;
  y_decimals: number | null;
  show_legend: boolean;
  cell_gap: number;
  /** Whether the tooltip draws the distribution at its time. */
  tooltip_histogram: boolean;
}

// === How a value is shown ===

/** value * factor is in the base of the scale: seconds, bytes, percent. */
export interface Unit {
  id: string;
  scale: "plain" | "short" | "si" | "iec" | "duration" | "percent" | "date";
  factor: number;
  suffix: string;
}

export interface Config {
  name: string;
  unit: Unit;
  decimals: number | null;
  min: number | null;
  max: number | null;
  no_value: string | null;
  color: { mode: "fixed" | "palette" | "thresholds"; fixed: string | null };
  thresholds: Thresholds;
  mappings: Mapping[];
  links: { title: string; url: string }[];
  custom: Custom;
}

export interface Thresholds {
  mode: "absolute" | "percentage";
  /** The first step's from is null: it holds from below. */
  steps: { from: number | null; color: string }[];
}

export interface Mapping {
  match:
    | { kind: "value"; value: string | number }
    | { kind: "range"; from: number | null; to: number | null }
    | { kind: "special"; special: "null" | "nan" | "empty" | "true" | "false" }
    | { kind: "regex"; pattern: string };
  text: string | null;
  color: string | null;
}

export interface Custom {
  draw: "line" | "bars" | "points";
  interpolation: "linear" | "smooth" | "stepBefore" | "stepAfter";
  line_width: number;
  /** 0 to 100 */
  fill_opacity: number;
  gradient: boolean;
  points: "auto" | "always" | "never";
  point_size: number;
  dash: number[] | null;
  stack: { mode: "normal" | "percent"; group: string } | null;
  /** true: all gaps; a number: gaps up to so many ms. */
  span_nulls: boolean | number;
  axis: {
    placement: "auto" | "left" | "right" | "hidden";
    label: string;
    soft_min: number | null;
    soft_max: number | null;
    log: null | 2 | 10;
  };
  /** Grafana's words: off, line, dashed, area, line+area, dashed+area. */
  thresholds_style: string;
  negative: boolean;
  hide: { viz: boolean; legend: boolean; tooltip: boolean };
  align: "auto" | "left" | "center" | "right";
  /** Grafana's words: auto, color-text, color-background, … */
  cell: string;
  min_width: number | null;
}

// === Data ===

export interface PanelData {
  id: number;
  from: number;
  to: number;
  view: View | null;
  error: string | null;
  took_ms: number;
  queries: QuerySent[];
  annotations: { at: number; title: string }[];
}

export interface QuerySent {
  ref: string;
  source: "prometheus" | "influxdb" | "jaeger";
  query: string;
  kind: "range" | "instant" | "influxql" | "traces";
  from: number;
  to: number;
  step_ms: number;
  took_ms: number;
  series: number;
  error: string | null;
}

export type View =
  | SeriesView
  | ValuesView
  | TableView
  | HeatmapView
  | { kind: "text"; html: string }
  | { kind: "alerts"; alerts: Alert[] };

export interface SeriesView {
  kind: "series";
  times: number[];
  step_ms: number;
  series: Series[];
}

export interface Series {
  ref: string;
  labels: Record<string, string>;
  config: Config;
  values: (number | null)[];
  /** By Grafana's names, those that the legend shows. */
  calcs: Record<string, number | null>;
}

export interface ValuesView {
  kind: "values";
  values: Single[];
}

export interface Single {
  config: Config;
  value: number | null;
  spark: { times: number[]; values: (number | null)[] } | null;
}

export interface TableView {
  kind: "table";
  columns: { config: Config; type: "number" | "string" | "time" }[];
  rows: (number | string | null)[][];
}

export interface HeatmapView {
  kind: "heatmap";
  times: number[];
  step_ms: number;
  buckets: { from: number | null; to: number | null }[];
  /** By bucket, then by time. */
  cells: (number | null)[][];
  config: Config;
}

/** What a panel is asked for. */
export interface PanelAsk {
  id: number;
  width: number;
}

export interface DataAsk {
  from: string;
  to: string;
  variables: Record<string, string[]>;
  panels: PanelAsk[];
}
