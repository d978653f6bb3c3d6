// Generated from the Rust types of ../../../../api. Update: UPDATE=1 cargo test -p console typescript

export type ActionOutcome = {
  status: number,
  took_ms: number,
  answer: string,
  trace: string | null,
};

export type Activity = {
  faults: Array<FaultState>,
  load: LoadState,
};

export type Alert = {
  fault: string | null,
  state: AlertState,
  error: string | null,
  since: number,
  steps: Array<AlertStep>,
  name: string,
  owner: EvaluatedBy,
  tutorial: string,
  summary: string,
  runbook: string | null,
  dashboard: string | null,
  panel: number | null,
};

export type AlertList = {
  max_items: number,
  name: string,
  this_dashboard: boolean,
};

export type AlertSource = {
  title: string,
  error: string | null,
  since: number | null,
};

export type AlertState = "pending" | "firing" | "inactive";

export type AlertStep = {
  step: AlertStepKind,
  at: number,
};

export type AlertStepKind = "fault" | "pending" | "firing" | "mailed" | "back" | "resolved" | "resolved_mail";

export type AlertsView = {
  "kind": "alerts",
  alerts: Array<Alert>,
};

export type Align = "auto" | "left" | "center" | "right";

export type AnnotationMark = {
  at: number,
  title: string,
};

export type Axis = {
  placement: Placement,
  label: string,
  soft_min: number | null,
  soft_max: number | null,
  log: 2 | 10 | null,
};

export type BarGauge = {
  display: "basic" | "lcd" | "gradient",
  orientation: "auto" | "horizontal" | "vertical",
  show_unfilled: boolean,
  text: TextSize,
};

export type Block = {
  "kind": "html",
  html: string,
} | {
  "kind": "command",
  command: string,
  output: string | null,
  action: Button | null,
} | {
  "kind": "panel",
  dashboard: string,
  panel: number,
};

export type Bucket = {
  from: number | null,
  to: number | null,
};

export type Button = {
  label: string,
} & ({ "kind": "action", name: string, body: Record<string, string | number>,
} | {
  "kind": "fault",
  name: string,
} | {
  "kind": "load",
  seconds: number,
  streams: Array<string>,
});

export type Calc = "last" | "lastNotNull" | "first" | "firstNotNull" | "min" | "max" | "mean" | "sum" | "count" | "range" | "diff" | "diffperc" | "delta" | "step" | "logmin" | "variance" | "stdDev" | "changeCount" | "distinctCount";

export type CellColoring = "auto" | "color-background" | "color-text";

export type Color = {
  mode: ColorMode,
  fixed: string | null,
};

export type ColorMode = "fixed" | "palette" | "thresholds";

export type ColumnType = "number" | "string" | "time";

export type Custom = {
  draw: Draw,
  interpolation: Interpolation,
  line_width: number,
  fill_opacity: number,
  gradient: boolean,
  points: Points,
  point_size: number,
  dash: Array<number> | null,
  stack: Stack | null,
  span_nulls: SpanNulls,
  axis: Axis,
  thresholds_style: ThresholdsStyle,
  negative: boolean,
  hide: Hide,
  align: Align,
  cell: CellColoring,
  min_width: number | null,
};

export type Dashboard = {
  uid: string,
  title: string,
  description: string,
  folder: string,
  time: DashboardTime,
  refresh: string,
  refresh_options: Array<string>,
  links: Array<DashboardLink>,
  variables: Array<Variable>,
  panels: Array<PanelHead>,
  unknown: Array<string>,
};

export type DashboardHead = {
  uid: string,
  title: string,
  folder: string,
  description: string,
  panels: number,
};

export type DashboardLink = {
  title: string,
  url: string,
  external: boolean,
};

export type DashboardTime = {
  from: string,
  to: string,
};

export type DataRequest = {
  from: string,
  to: string,
  variables: { [key in string]: Array<string> },
  panels: Array<PanelRequest>,
};

export type DataSource = "prometheus" | "influxdb" | "jaeger";

export type Draw = "line" | "bars" | "points";

export type EdgeKind = "request" | "push" | "scrape" | "query" | "mail" | "span";

export type EvaluatedBy = "prometheus" | "grafana" | "console";

export type ExemplarPoint = {
  ref: string,
  at: number,
  value: number,
  labels: { [key in string]: string },
  trace: string | null,
};

export type FaultState = {
  name: string,
  effect: string,
  alert: string,
  tutorial_started: boolean,
  by: InjectedBy,
  command: string,
  on: boolean,
  recovering: boolean,
  since: number | null,
  until: number | null,
  dashboard: string,
  panel: number,
  error: string | null,
  held_by: string | null,
  held_since: number | null,
};

export type FieldConfig = {
  name: string,
  unit: Unit,
  decimals: number | null,
  min: number | null,
  max: number | null,
  no_value: string | null,
  color: Color,
  thresholds: Thresholds,
  mappings: Array<Mapping>,
  links: Array<PanelLink>,
  custom: Custom,
};

export type Gauge = {
  show_labels: boolean,
  show_markers: boolean,
  orientation: "auto" | "horizontal" | "vertical",
  text: TextSize,
};

export type GridPos = {
  x: number,
  y: number,
  w: number,
  h: number,
};

export type Health = "up" | "down" | "unknown";

export type HeatMapOptions = {
  scheme: string,
  reverse: boolean,
  steps: number,
  exponent: number,
  y_unit: Unit,
  y_decimals: number | null,
  show_legend: boolean,
  cell_gap: number,
  tooltip_histogram: boolean,
};

export type HeatMapView = {
  times: Array<number>,
  step_ms: number,
  buckets: Array<Bucket>,
  cells: Array<Array<number | null>>,
  config: FieldConfig,
};

export type Hide = {
  viz: boolean,
  legend: boolean,
  tooltip: boolean,
};

export type InjectedBy = "console" | "command";

export type Interpolation = "linear" | "smooth" | "stepBefore" | "stepAfter";

export type Lab = {
  name: string,
  tutorial: string,
  grafana: string | null,
  links: { [key in string]: string | null },
  tutorials: Array<TutorialHead>,
  dashboards: Array<DashboardHead>,
  unread_dashboards: Array<UnreadDashboard>,
};

export type Legend = {
  show: boolean,
  mode: LegendMode,
  placement: LegendPlacement,
  calcs: Array<Calc>,
  sort_by: string | null,
  sort_desc: boolean,
};

export type LegendMode = "list" | "table";

export type LegendPlacement = "bottom" | "right";

export type LoadState = {
  running: boolean,
  until: number | null,
  streams: Array<string>,
  sent: number,
  failed: number,
  rate: number,
};

export type Mail = {
  text: string,
  id: string,
  subject: string,
  from: string,
  to: string,
  at: number,
  alert: string | null,
  resolved: boolean,
};

export type MailHead = {
  id: string,
  subject: string,
  from: string,
  to: string,
  at: number,
  alert: string | null,
  resolved: boolean,
};

export type Mapping = {
  match: Match,
  text: string | null,
  color: string | null,
};

export type Match = {
  "kind": "value",
  value: string,
} | {
  "kind": "range",
  from: number | null,
  to: number | null,
} | {
  "kind": "special",
  special: Special,
} | {
  "kind": "regex",
  pattern: string,
};

export type NodeKind = "client" | "proxy" | "service" | "store" | "watcher" | "inbox";

export type NodeLink = {
  title: string,
  url: string,
};

export type PanelData = {
  id: number,
  from: number,
  to: number,
  view: PanelView | null,
  error: string | null,
  down: Array<SourceDown>,
  took_ms: number,
  queries: Array<SentQuery>,
  annotations: Array<AnnotationMark>,
  exemplars: Array<ExemplarPoint>,
};

export type PanelHead = {
  id: number,
  kind: PanelKind | null,
  title: string,
  description: string,
  grid: GridPos,
  collapsed: boolean,
  row: number | null,
  links: Array<PanelLink>,
  no_value: string | null,
  options: PanelOptions,
  unknown: Array<string>,
};

export type PanelKind = "timeseries" | "stat" | "gauge" | "bargauge" | "table" | "heatmap" | "state-timeline" | "text" | "row" | "alertlist";

export type PanelLink = {
  title: string,
  url: string,
};

export type PanelOptions = TimeSeries | StateTimeline | Stat | Gauge | BarGauge | TableOptions | HeatMapOptions | AlertList | Record<symbol, never>;

export type PanelRequest = {
  id: number,
  width: number,
};

export type PanelView = View | AlertsView;

export type Placement = "auto" | "left" | "right" | "hidden";

export type Points = "auto" | "always" | "never";

export type QueryKind = "instant" | "range" | "influxql" | "traces";

export type Scale = "plain" | "short" | "si" | "iec" | "duration" | "percent" | "date";

export type SentQuery = {
  ref: string,
  source: DataSource,
  query: string,
  kind: QueryKind,
  from: number,
  to: number,
  step_ms: number,
  took_ms: number,
  series: number,
  error: string | null,
};

export type Series = {
  ref: string,
  labels: { [key in string]: string },
  config: FieldConfig,
  values: Array<number | null>,
  calcs: { [key in Calc]?: number | null },
};

export type SeriesView = {
  times: Array<number>,
  step_ms: number,
  series: Array<Series>,
};

export type SingleValue = {
  config: FieldConfig,
  value: number | null,
  spark: Spark | null,
};

export type Sort = {
  column: string,
  desc: boolean,
};

export type SourceDown = {
  source: DataSource,
  reason: string,
  since: number,
};

export type Span = {
  id: string,
  parent: string | null,
  service: string,
  name: string,
  start_us: number,
  duration_us: number,
  error: boolean,
  kind: string | null,
  depth: number,
  tags: Array<[string,
  string]>,
  events: Array<SpanEvent>,
};

export type SpanEvent = {
  at_us: number,
  name: string,
  tags: Array<[string,
  string]>,
};

export type SpanNulls = boolean | number;

export type Spark = {
  times: Array<number>,
  values: Array<number | null>,
};

export type Special = "null" | "nan" | "empty" | "true" | "false";

export type Stack = {
  mode: StackMode,
  group: string,
};

export type StackMode = "normal" | "percent";

export type Stat = {
  color_mode: "none" | "value" | "background",
  graph_mode: "none" | "area",
  text_mode: "auto" | "value" | "name" | "value_and_name" | "none",
  justify: "auto" | "center",
  orientation: "auto" | "horizontal" | "vertical",
  text: TextSize,
};

export type StateTimeline = {
  legend: Legend,
  tooltip: Tooltip,
  show_value: "auto" | "always" | "never",
  merge: boolean,
  row_height: number,
  align: "left" | "center" | "right",
};

export type TableCell = number | number | string | null;

export type TableColumn = {
  config: FieldConfig,
  type: ColumnType,
};

export type TableOptions = {
  header: boolean,
  cell_height: "sm" | "md" | "lg",
  sort: Array<Sort>,
  footer: null | null,
};

export type TableView = {
  columns: Array<TableColumn>,
  rows: Array<Array<TableCell>>,
};

export type TextSize = {
  title_size: number | null,
  value_size: number | null,
};

export type ThresholdStep = {
  from: number | null,
  color: string,
};

export type Thresholds = {
  mode: ThresholdsMode,
  steps: Array<ThresholdStep>,
};

export type ThresholdsMode = "absolute" | "percentage";

export type ThresholdsStyle = "off" | "line" | "dashed" | "area" | "line+area" | "dashed+area";

export type TimeSeries = {
  legend: Legend,
  tooltip: Tooltip,
};

export type Tooltip = {
  mode: TooltipMode,
  sort: TooltipSort,
};

export type TooltipMode = "single" | "multi" | "none";

export type TooltipSort = "none" | "asc" | "desc";

export type Topology = {
  at: number,
  nodes: Array<TopologyNode>,
  edges: Array<TopologyEdge>,
};

export type TopologyEdge = {
  from: string,
  to: string,
  kind: EdgeKind,
  what: string,
  rate: number | null,
  unit: string,
  errors: number | null,
  p95: number | null,
  title: string,
};

export type TopologyNode = {
  id: string,
  title: string,
  kind: NodeKind,
  tutorial: string,
  column: number,
  row: number,
  health: Health,
  note: string,
  links: Array<NodeLink>,
  dashboard: string | null,
};

export type Trace = {
  trace: string,
  at: number,
  duration_us: number,
  spans: Array<Span>,
  left_out: number,
};

export type TraceSummary = {
  trace: string,
  root: string,
  at: number,
  duration_ms: number,
  spans: number,
  errors: number,
  services: Array<string>,
};

export type Tutorial = {
  number: number,
  id: string,
  title: string,
  started: boolean,
  blocks: Array<Block>,
};

export type TutorialHead = {
  number: number,
  id: string,
  title: string,
  started: boolean,
};

export type Unit = {
  id: string,
  scale: Scale,
  factor: number,
  suffix: string,
};

export type UnreadDashboard = {
  folder: string,
  file: string,
  reason: string,
};

export type Variable = {
  name: string,
  label: string,
  multi: boolean,
  include_all: boolean,
  typed: boolean,
  options: Array<string>,
  current: Array<string>,
};

export type View = {
  "kind": "series" } & SeriesView | {
  "kind": "values",
  values: Array<SingleValue>,
} | {
  "kind": "table" } & TableView | {
  "kind": "heatmap" } & HeatMapView | {
  "kind": "text",
  html: string,
};
