//! A dashboard and the data of its panels, in the server's API.
import type * as api from "./generated/api";

export type {
  BarGauge as BarGaugeOptions,
  Custom,
  DataRequest as DataAsk,
  ExemplarPoint,
  FieldConfig as Config,
  Gauge as GaugeOptions,
  HeatMapOptions as HeatmapOptions,
  Mapping,
  PanelData,
  PanelRequest as PanelAsk,
  SentQuery as QuerySent,
  Series,
  SingleValue as Single,
  SourceDown,
  Stat as StatOptions,
  StateTimeline as StateOptions,
  TableOptions,
  TextSize,
  Thresholds,
  TimeSeries as SeriesOptions,
  Unit,
  Variable,
} from "./generated/api";

export type View = api.PanelView;
export type SeriesView = Extract<View, { kind: "series" }>;
export type ValuesView = Extract<View, { kind: "values" }>;
export type TableView = Extract<View, { kind: "table" }>;
export type HeatmapView = Extract<View, { kind: "heatmap" }>;
export type Orientation = api.Stat["orientation"];

export type Dashboard = Omit<api.Dashboard, "panels"> & { panels: PanelHead[] };

/** The kind of a panel determines the type of its options. */
export type PanelHead = Omit<api.PanelHead, "kind" | "options"> &
  (
    | { kind: "timeseries"; options: api.TimeSeries }
    | { kind: "state-timeline"; options: api.StateTimeline }
    | { kind: "stat"; options: api.Stat }
    | { kind: "gauge"; options: api.Gauge }
    | { kind: "bargauge"; options: api.BarGauge }
    | { kind: "table"; options: api.TableOptions }
    | { kind: "heatmap"; options: api.HeatMapOptions }
    | { kind: "alertlist"; options: api.AlertList }
    | { kind: "text" | "row" | null; options: Record<symbol, never> }
  );
