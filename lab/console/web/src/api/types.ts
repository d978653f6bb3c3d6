//! What the server's API answers. Times are milliseconds since 1970 unless a name says otherwise.

export interface Lab {
  name: string;
  tutorial: string;
  /** Grafana's address, if it answers now. */
  grafana: string | null;
  links: Record<string, string | null>;
  tutorials: TutorialHead[];
  dashboards: DashboardHead[];
}

export interface TutorialHead {
  number: number;
  id: string;
  title: string;
  started: boolean;
}

export interface DashboardHead {
  uid: string;
  title: string;
  folder: string;
  description: string;
  panels: number;
}

export interface Link {
  title: string;
  url: string;
}

// === The picture ===

export interface MapNode {
  id: string;
  title: string;
  kind: "client" | "proxy" | "service" | "store" | "watcher" | "inbox";
  tutorial: string;
  column: number;
  row: number;
  health: "up" | "down" | "unknown";
  /** Why it is down, or what it is. */
  note: string | null;
  links: Link[];
  dashboard: string | null;
}

export interface MapEdge {
  from: string;
  to: string;
  kind: "request" | "push" | "scrape" | "query" | "mail" | "span";
  what: string;
  rate: number | null;
  unit: string;
  /** Share of failures, 0 to 1. */
  errors: number | null;
  /** Seconds. */
  p95: number | null;
  /** A sentence for a person. */
  title: string;
}

export interface LabMap {
  at: number;
  nodes: MapNode[];
  edges: MapEdge[];
}

// === Alerts, mails, faults, load ===

export type AlertStep = "fault" | "pending" | "firing" | "mailed" | "back" | "resolved" | "resolved_mail";

export interface Alert {
  name: string;
  /** "console": a rule of Grafana's, judged here while Grafana is absent; never mailed. */
  owner: "prometheus" | "grafana" | "console";
  tutorial: string;
  summary: string;
  runbook: string | null;
  dashboard: string | null;
  panel: number | null;
  fault: string | null;
  state: "inactive" | "pending" | "firing";
  since: number;
  /** The newest round, oldest first. */
  steps: { step: AlertStep; at: number }[];
}

export interface MailHead {
  id: string;
  subject: string;
  from: string;
  to: string;
  at: number;
  alert: string | null;
  resolved: boolean;
}

export interface Mail {
  id: string;
  subject: string;
  from: string;
  to: string;
  at: number;
  text: string;
}

export interface FaultState {
  name: string;
  effect: string;
  alert: string;
  tutorial_started: boolean;
  /** "command": needs Docker's socket, so only the command can throw it. */
  by: "console" | "command";
  command: string;
  on: boolean;
  since: number | null;
  /** When it is taken back by itself. */
  until: number | null;
  dashboard: string | null;
  panel: number | null;
  error: string | null;
  held_by: string | null;
  /** Taken back, and its traffic still flows until the alert has recovered. */
  recovering: boolean;
}

export interface LoadState {
  running: boolean;
  until: number | null;
  streams: string[];
  sent: number;
  failed: number;
  /** Requests a second asked for, of all streams; 0 while none runs. */
  rate: number;
}

export interface Faults {
  faults: FaultState[];
  load: LoadState;
}

export interface ActionAnswer {
  status: number;
  took_ms: number;
  answer: string;
  trace: string | null;
}

// === Tutorials ===

export type Action =
  | { kind: "action"; name: string; body: Record<string, string | number>; label: string }
  | { kind: "fault"; name: string; label: string }
  | { kind: "load"; seconds: number; streams: string[]; label: string };

export type Block =
  | { kind: "html"; html: string }
  | { kind: "command"; command: string; output: string | null; action: Action | null }
  | { kind: "panel"; dashboard: string; panel: number };

export interface Tutorial {
  number: number;
  id: string;
  title: string;
  started: boolean;
  blocks: Block[];
}

// === Traces ===

export interface TraceHead {
  trace: string;
  /** "service operation" */
  root: string;
  at: number;
  duration_ms: number;
  spans: number;
  errors: number;
  services: string[];
}

export interface Span {
  id: string;
  parent: string | null;
  service: string;
  name: string;
  /** From the trace's start. */
  start_us: number;
  duration_us: number;
  error: boolean;
  kind: string | null;
  depth: number;
  tags: [string, string][];
  events: { at_us: number; name: string; tags: [string, string][] }[];
}

export interface Trace {
  trace: string;
  at: number;
  duration_us: number;
  /** In waterfall order. */
  spans: Span[];
  /** Spans above the server's limit, not sent. */
  left_out: number;
}
