//! The figures of an edge in words, the same on the map, in its card, in the list and in the table.
import type { LabMap, MapEdge } from "../api/types";
import { rate as rateText, seconds, share } from "./figures";
import { isSlow } from "./measure";

/** One figure and what it is. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** Rate, errors and p95, as far as they are known. */
export function facts(edge: MapEdge): Fact[] {
  const known: Fact[] = [
    { name: rateName(edge), text: edge.rate === null ? "not measured" : rateText(edge.rate, edge.unit) },
  ];
  if (edge.errors !== null) known.push({ name: "Errors", text: share(edge.errors) });
  if (edge.p95 !== null) known.push({ name: "p95", text: seconds(edge.p95) });
  return known;
}

/** A figure beside the rate, and how it looks. */
export interface Beyond {
  readonly look: "errors" | "figure" | "figure slow";
  readonly text: string;
}

/** Errors where there are any, and p95 where it is known. */
export function beyondRate(edge: MapEdge): Beyond[] {
  const found: Beyond[] = [];
  if ((edge.errors ?? 0) > 0) found.push({ look: "errors", text: share(edge.errors ?? 0) });
  if (edge.p95 !== null) found.push({ look: isSlow(edge) ? "figure slow" : "figure", text: seconds(edge.p95) });
  return found;
}

/** A sentence for a screen reader. */
export function told(edge: MapEdge, map: LabMap): string {
  const figures = facts(edge).map((fact) => `${fact.name} ${fact.text}`);
  return `${titleOf(edge.from, map)} to ${titleOf(edge.to, map)}, ${edge.what}: ${figures.join(", ")}`;
}

/** A node's title, by its id. */
export function titleOf(id: string, map: LabMap): string {
  return map.nodes.find((node) => node.id === id)?.title ?? id;
}

function rateName(edge: MapEdge): string {
  return edge.kind === "scrape" ? "Scraped" : "Rate";
}
