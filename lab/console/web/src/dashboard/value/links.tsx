//! Links of panels, series and values, with Grafana's ${__value…} and ${__data.fields…} variables.
import type { ComponentChildren } from "preact";
import type { Config, PanelData } from "../../api/dashboard";
import type { Link } from "../../api/types";
import type { MenuItem } from "../../ui/menu";

/** A row of a table, or a single value. */
export interface FieldRow {
  names: string[];
  values: (number | string | null)[];
  /** Formatted, with unit. */
  texts: string[];
}

const VARIABLE = /\$\{__(value\.(?:raw|numeric|text|time)|data\.fields(?:\.[^}:[\]]+|\[[^\]]+\]))(?::[a-z]+)?\}/g;

/** Replaces the variables in the links of a value; `column` is its index in the row. */
export function interpolateLinks(links: Link[], row: FieldRow, column: number): Link[] {
  return links.map(({ title, url }) => ({
    title: title.replace(VARIABLE, (_, variable: string) => fieldOf(variable, row, column)),
    url: url.replace(VARIABLE, (_, variable: string) => encodeURIComponent(fieldOf(variable, row, column))),
  }));
}

function fieldOf(variable: string, row: FieldRow, column: number): string {
  if (variable === "value.text") return row.texts[column] ?? "";
  if (variable.startsWith("value.")) return String(row.values[column] ?? "");
  const match = /^data\.fields(?:\.(.+)|\[["']?(.+?)["']?\])$/.exec(variable);
  const field = match?.[1] ?? match?.[2] ?? "";
  const byName = row.names.indexOf(field);
  return String(row.values[byName >= 0 ? byName : Number(field)] ?? "");
}

/** Attributes of a link. Links to other sites open in a new tab. */
export function linkAttributes({ title, url }: Link) {
  const internal = url.startsWith("/") || url.startsWith(location.origin);
  return { href: url, title, ...(internal ? {} : { target: "_blank", rel: "noopener" }) };
}

/** The content as a link to the first of `links`, if there is one. */
export function ValueLink({ links, children }: { links: Link[]; children: ComponentChildren }) {
  const [first] = links;
  if (!first) return <>{children}</>;
  return (
    <a class="value-link" {...linkAttributes(first)}>
      {children}
    </a>
  );
}

const MAX_MENU_LINKS = 8;

/** The links of a panel's series for its menu, because a line is hard to click. Omits links that depend on a value. */
export function seriesLinks(data: PanelData | null): MenuItem[] {
  const links = seriesConfigs(data).flatMap((config) => config.links);
  const byUrl = new Map(links.filter(({ url }) => !url.includes("${")).map((link) => [link.url, link]));
  return [...byUrl.values()]
    .slice(0, MAX_MENU_LINKS)
    .map((link) => ({ text: link.title, href: link.url, external: "target" in linkAttributes(link) }));
}

function seriesConfigs(data: PanelData | null): Config[] {
  const view = data?.view;
  if (view?.kind === "series") return view.series.map(({ config }) => config);
  return view?.kind === "heatmap" ? [view.config] : [];
}
