//! How an edge's figures look: how wide, how lively, how bad.
import type { MapEdge } from "../api/types";

/** How an edge fares: nothing known, nothing flows, all well, some errors, many errors. */
export type Fare = "unknown" | "idle" | "good" | "some-errors" | "many-errors";

const MANY = 0.1;
const LIVELIEST = 12;
/** From here on calls are slow: as the rule of EchoSlow has it. */
const SLOW_S = 0.5;
/** Dots closer than this would be a line. */
const APART = 10;

/** How it fares, by the share of errors. */
export function fare(edge: MapEdge): Fare {
  if (edge.rate === null) return "unknown";
  if ((edge.errors ?? 0) >= MANY) return "many-errors";
  if ((edge.errors ?? 0) > 0) return "some-errors";
  return edge.rate > 0 ? "good" : "idle";
}

/** Whether it carries what people wait for, rather than what watches it. */
export function isMain(edge: MapEdge): boolean {
  return edge.kind === "request" || edge.kind === "mail";
}

/** Whether its rate stands on the map; that of what only watches is in its card. */
export function isTold(edge: MapEdge): boolean {
  return edge.kind === "request" || (edge.kind !== "scrape" && edge.kind !== "span" && (edge.rate ?? 0) > 0);
}

/** Line width in pixels: by the order of magnitude of the rate. */
export function lineWidth(edge: MapEdge): number {
  const base = isMain(edge) ? 1.6 : 1;
  return Math.min(base + Math.log10(1 + size(edge)) * (isMain(edge) ? 1.5 : 0.7), 6);
}

/** Dots a second: one for each request up to six a second, beyond that ever fewer for each, and never so many that they touch. */
export function dotsPerSecond(edge: MapEdge): number {
  const rate = isMain(edge) ? size(edge) : Math.min(size(edge), 0.6);
  const lively = rate <= 6 ? rate : Math.min(6 + 2 * Math.log2(rate / 6), LIVELIEST);
  return Math.min(lively, dotSpeed(edge) / APART);
}

/** Whether its calls take long. */
export function isSlow(edge: MapEdge): boolean {
  return (edge.p95 ?? 0) >= SLOW_S;
}

/** A dot's pixels a second: the slower the calls, the slower the dots. */
export function dotSpeed(edge: MapEdge): number {
  return Math.max(22, 95 / (1 + 3 * (edge.p95 ?? 0)));
}

function size(edge: MapEdge): number {
  const rate = Math.max(edge.rate ?? 0, 0);
  return edge.unit === "B/s" ? rate / 1000 : rate;
}
