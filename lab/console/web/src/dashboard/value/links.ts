//! Grafana's ${__value…} and ${__data.fields…} in the links of a value.
import type { Link } from "../../api/types";

export interface Row {
  names: string[];
  values: (number | string | null)[];
  /** As written, unit and all. */
  texts: string[];
}

const TERM = /\$\{__(value\.(?:raw|numeric|text|time)|data\.fields(?:\.[^}:[\]]+|\[[^\]]+\]))(?::[a-z]+)?\}/g;

/** The links with the row's values put in; `column` is the one that carries the link. */
export function filled(links: Link[], row: Row, column: number): Link[] {
  return links.map(({ title, url }) => ({
    title: title.replace(TERM, (_, term: string) => value(term, row, column)),
    url: url.replace(TERM, (_, term: string) => encodeURIComponent(value(term, row, column))),
  }));
}

function value(term: string, row: Row, column: number): string {
  if (term === "value.text") return row.texts[column] ?? "";
  if (term.startsWith("value.")) return String(row.values[column] ?? "");
  const name = /^data\.fields(?:\.(.+)|\[["']?(.+?)["']?\])$/.exec(term);
  const wanted = name?.[1] ?? name?.[2] ?? "";
  const byName = row.names.indexOf(wanted);
  return String(row.values[byName >= 0 ? byName : Number(wanted)] ?? "");
}
