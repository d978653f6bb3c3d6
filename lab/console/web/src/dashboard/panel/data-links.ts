//! Links that a panel's file puts on its series, for the panel's menu: a line is hard to hit with a click.
import type { Config, PanelData } from "../../api/dashboard";
import type { MenuItem } from "../../ui/menu";
import { linkTo } from "../viz/link";

const MOST = 8;

/** Each address once; those that hang on a single value are left out. */
export function dataLinks(data: PanelData | null): MenuItem[] {
  const links = configs(data).flatMap((config) => config.links);
  const found = new Map(links.filter(({ url }) => !url.includes("${")).map((link) => [link.url, link]));
  return [...found.values()]
    .slice(0, MOST)
    .map((link) => ({ text: link.title, href: link.url, external: "target" in linkTo(link) }));
}

function configs(data: PanelData | null): Config[] {
  const view = data?.view;
  if (view?.kind === "series") return view.series.map(({ config }) => config);
  return view?.kind === "heatmap" ? [view.config] : [];
}
