//! The figures of an edge as short texts, shared by the diagram, its cards, the list and the tables.
import type { Unit } from "../api/dashboard";
import type { LabMap, MapEdge } from "../api/types";
import * as number from "../ui/format/number";
import { isSlow } from "./edge-style";

const BYTES_PER_SECOND: Unit = { id: "Bps", scale: "si", factor: 1, suffix: "B/s" };

/** "20 req/s", "1.2K points/s", "3.4 kB/s" */
export function rate(value: number, unit: string): string {
  if (unit === "B/s") return number.formatText(value, BYTES_PER_SECOND, value >= 1000 ? 1 : 0);
  return number.count(value, unit, rateDecimals(value));
}

/** "20/s", "0/min": without the name of what is counted. */
export function shortRate(value: number, unit: string): string {
  return unit === "B/s" ? rate(value, unit) : rate(value, unit).replace(/ [^ ]*\//, "/");
}

/** "0 %", "0.4 %", "12 %" of a share from 0 to 1. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : value < 0.1 ? "< 0.1" : value.toFixed(1)} %`;
}

/** "2.1 ms", from seconds. */
export function latency(seconds: number): string {
  return number.seconds(seconds, seconds > 0 && seconds < 0.01 ? 1 : seconds >= 1 ? 2 : 0);
}

function rateDecimals(rate: number): number {
  if (rate === 0 || (rate >= 9.95 && rate < 1000)) return 0;
  return rate >= 0.095 ? 1 : 2;
}

export interface Figure {
  readonly name: string;
  readonly text: string;
}

/** The rate, then errors and p95 if measured. */
export function figuresOf(edge: MapEdge): Figure[] {
  const figures: Figure[] = [
    {
      name: edge.kind === "scrape" ? "Scraped" : "Rate",
      text: edge.rate === null ? "not measured" : rate(edge.rate, edge.unit),
    },
  ];
  if (edge.errors !== null) figures.push({ name: "Errors", text: percent(edge.errors) });
  if (edge.p95 !== null) figures.push({ name: "p95", text: latency(edge.p95) });
  return figures;
}

/** A figure shown beside the rate, with its CSS class. */
export interface SideFigure {
  readonly class: "errors" | "figure" | "figure slow";
  readonly text: string;
}

/** The share of errors if above zero, and p95 if measured. */
export function sideFigures(edge: MapEdge): SideFigure[] {
  const figures: SideFigure[] = [];
  if ((edge.errors ?? 0) > 0) figures.push({ class: "errors", text: percent(edge.errors ?? 0) });
  if (edge.p95 !== null) figures.push({ class: isSlow(edge) ? "figure slow" : "figure", text: latency(edge.p95) });
  return figures;
}

/** A sentence for screen readers. */
export function describe(edge: MapEdge, topology: LabMap): string {
  const figures = figuresOf(edge).map(({ name, text }) => `${name} ${text}`);
  return `${titleOf(edge.from, topology)} to ${titleOf(edge.to, topology)}, ${edge.what}: ${figures.join(", ")}`;
}

/** The title of the node with this id. */
export function titleOf(id: string, topology: LabMap): string {
  return topology.nodes.find((node) => node.id === id)?.title ?? id;
}
