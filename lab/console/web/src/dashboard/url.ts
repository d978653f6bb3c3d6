//! The query of a dashboard page, compatible with Grafana: from, to, refresh, var-NAME, viewPanel.

export interface DashboardQuery {
  /** "now-15m" or ms since 1970; null for the dashboard's default. */
  from: string | null;
  to: string | null;
  /** "5s", or "" for none; null for the dashboard's default. */
  refresh: string | null;
  variables: Record<string, string[]>;
  viewPanel: number | null;
}

const VARIABLE = "var-";

export function parseQuery(query: string): DashboardQuery {
  const params: DashboardQuery = { from: null, to: null, refresh: null, variables: {}, viewPanel: null };
  for (const [key, value] of new URLSearchParams(query)) {
    if (key === "from" || key === "to") params[key] = timeOf(value);
    else if (key === "refresh") params.refresh = refreshOf(value);
    else if (key === "viewPanel") params.viewPanel = Number(/\d+/.exec(value)?.[0] ?? NaN) || null;
    else if (key.startsWith(VARIABLE)) {
      const name = key.slice(VARIABLE.length);
      params.variables[name] = [...(params.variables[name] ?? []), value];
    }
  }
  return params;
}

/** An ISO time as ms since 1970, without a zone in the browser's; any other text as it is. */
function timeOf(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return text;
  // A date alone would be midnight in UTC.
  const at = Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(" ", "T"));
  return Number.isNaN(at) ? text : String(at);
}

/** Omits what is the dashboard's default. */
export function writeQuery(params: DashboardQuery): string {
  const query = new URLSearchParams();
  if (params.from !== null) query.set("from", params.from);
  if (params.to !== null) query.set("to", params.to);
  if (params.refresh !== null) query.set("refresh", params.refresh);
  appendVariables(query, params.variables);
  if (params.viewPanel !== null) query.set("viewPanel", String(params.viewPanel));
  return query.toString();
}

export function appendVariables(query: URLSearchParams, variables: Record<string, string[]>): void {
  for (const [name, values] of Object.entries(variables)) {
    for (const value of values) query.append(VARIABLE + name, value);
  }
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 604800e3 };

/** As Grafana's setting min_refresh_interval in the lab: data sources have no newer data before. */
const MIN_REFRESH = "1s";
/** Browsers run longer timers at once. */
const MAX_REFRESH = "24d";

/** The interval within its limits, "" for none, and null for one that is invalid: the dashboard's default. */
function refreshOf(text: string): string | null {
  if (text === "" || text === "off" || text === "false") return "";
  const ms = intervalMs(text);
  if (ms === 0) return null;
  if (ms < intervalMs(MIN_REFRESH)) return MIN_REFRESH;
  return ms > intervalMs(MAX_REFRESH) ? MAX_REFRESH : text;
}

/** Milliseconds of an interval such as "5s"; 0 if it is invalid. */
export function intervalMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d|w)$/.exec(text);
  return match ? Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0) : 0;
}
