//! What a dashboard's address says, in Grafana's words: from, to, refresh, var-NAME, viewPanel.

export interface Asked {
  /** "now-15m" or ms since 1970; null: the dashboard's own. */
  from: string | null;
  to: string | null;
  /** "5s", "" for none; null: the dashboard's own. */
  refresh: string | null;
  variables: Record<string, string[]>;
  viewPanel: number | null;
}

const VARIABLE = "var-";

export function parseAsked(query: string): Asked {
  const asked: Asked = { from: null, to: null, refresh: null, variables: {}, viewPanel: null };
  for (const [key, value] of new URLSearchParams(query)) {
    if (key === "from" || key === "to") asked[key] = value;
    else if (key === "refresh") asked.refresh = value === "off" ? "" : value;
    else if (key === "viewPanel") asked.viewPanel = Number(/\d+/.exec(value)?.[0] ?? NaN) || null;
    else if (key.startsWith(VARIABLE)) {
      const name = key.slice(VARIABLE.length);
      asked.variables[name] = [...(asked.variables[name] ?? []), value];
    }
  }
  return asked;
}

/** The query for the address, without what is the dashboard's own. */
export function writeAsked(asked: Asked): string {
  const query = new URLSearchParams();
  if (asked.from !== null) query.set("from", asked.from);
  if (asked.to !== null) query.set("to", asked.to);
  if (asked.refresh !== null) query.set("refresh", asked.refresh);
  writeVariables(query, asked.variables);
  if (asked.viewPanel !== null) query.set("viewPanel", String(asked.viewPanel));
  return query.toString();
}

export function writeVariables(query: URLSearchParams, variables: Record<string, string[]>): void {
  for (const [name, values] of Object.entries(variables)) {
    for (const value of values) query.append(VARIABLE + name, value);
  }
}

const UNITS: Record<string, number> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 604800e3 };

/** "5s" in ms; 0 for what is no interval. */
export function intervalMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d|w)$/.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2] ?? ""] ?? 0) : 0;
}
