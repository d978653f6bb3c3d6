//! How an edge is drawn: its line width and class, and the rate and speed of its dots.
import type { MapEdge } from "../api/types";

/** CSS class of an edge by its rate and share of errors. */
export type EdgeStatus = "unknown" | "idle" | "good" | "some-errors" | "many-errors";

/** Share of errors. */
const MANY_ERRORS = 0.1;
/** Same threshold as the EchoSlow alert. */
const SLOW_S = 0.5;
const MAX_DOTS_PER_SECOND = 12;
const MIN_DOT_SPACING_PX = 10;

export function statusOf(edge: MapEdge): EdgeStatus {
  if (edge.rate === null) return "unknown";
  if ((edge.errors ?? 0) >= MANY_ERRORS) return "many-errors";
  if ((edge.errors ?? 0) > 0) return "some-errors";
  return edge.rate > 0 ? "good" : "idle";
}

/** True for requests and mail, false for monitoring traffic. */
export function isMain(edge: MapEdge): boolean {
  return edge.kind === "request" || edge.kind === "mail";
}

/** Whether the diagram always shows the edge's rate. */
export function isLabelled(edge: MapEdge): boolean {
  return edge.kind === "request" || (edge.kind !== "scrape" && edge.kind !== "span" && (edge.rate ?? 0) > 0);
}

export function isSlow(edge: MapEdge): boolean {
  return (edge.p95 ?? 0) >= SLOW_S;
}

/** Pixels, on a logarithmic scale of the rate. */
export function lineWidth(edge: MapEdge): number {
  const base = isMain(edge) ? 1.6 : 1;
  return Math.min(base + Math.log10(1 + normalizedRate(edge)) * (isMain(edge) ? 1.5 : 0.7), 6);
}

/** One dot per request up to 6 req/s, then logarithmic; limited so that dots do not touch. */
export function dotsPerSecond(edge: MapEdge): number {
  const rate = isMain(edge) ? normalizedRate(edge) : Math.min(normalizedRate(edge), 0.6);
  const dots = rate <= 6 ? rate : Math.min(6 + 2 * Math.log2(rate / 6), MAX_DOTS_PER_SECOND);
  return Math.min(dots, dotSpeed(edge) / MIN_DOT_SPACING_PX);
}

/** Pixels per second; decreases as latency rises. */
export function dotSpeed(edge: MapEdge): number {
  return Math.max(22, 95 / (1 + 3 * (edge.p95 ?? 0)));
}

function normalizedRate(edge: MapEdge): number {
  const rate = Math.max(edge.rate ?? 0, 0);
  return edge.unit === "B/s" ? rate / 1000 : rate;
}
