//! A drawn way and the points along it.
import type { Point } from "./layout";

/** What SVG draws, and what moves along it. */
export interface Route {
  /** SVG path data. */
  readonly path: string;
  /** Points along it, close enough to be joined by straight lines. */
  readonly points: readonly Point[];
  /** Each point's distance from the start, in pixels. */
  readonly distances: readonly number[];
  /** Pixels. */
  readonly length: number;
}

const PIECES = 24;
const CORNER = 12;
/** Pixels of height that make a way a slope. */
const STEEP = 24;

/** One cubic curve. */
export function curved(a: Point, b: Point, c: Point, d: Point): Route {
  return trail(`M${at(a)}C${at(b)} ${at(c)} ${at(d)}`, cubic(a, b, c, d));
}

/** Straight pieces with round corners. */
export function bent(corners: readonly Point[]): Route {
  const first = corners[0] ?? { x: 0, y: 0 };
  let path = `M${at(first)}`;
  const points: Point[] = [first];
  for (let index = 1; index < corners.length; index += 1) {
    const [before, corner, after] = [corners[index - 1], corners[index], corners[index + 1]];
    if (before === undefined || corner === undefined) break;
    if (after === undefined) {
      path += `L${at(corner)}`;
      points.push(corner);
      break;
    }
    const radius = Math.min(CORNER, distance(before, corner) / 2, distance(corner, after) / 2);
    const [enter, leave] = [toward(corner, before, radius), toward(corner, after, radius)];
    path += `L${at(enter)}Q${at(corner)} ${at(leave)}`;
    points.push(enter, toward(toward(enter, corner, radius / 2), leave, radius / 3), leave);
  }
  return trail(path, points);
}

/** The point at a share (0 to 1) of the way. */
export function along({ points, distances, length }: Route, share: number): Point {
  const wanted = share * length;
  const next = Math.max(
    1,
    distances.findIndex((distance) => distance >= wanted),
  );
  const [a, b] = [points[next - 1], points[next]];
  if (a === undefined || b === undefined) return points.at(-1) ?? { x: 0, y: 0 };
  const [start, end] = [distances[next - 1] ?? 0, distances[next] ?? 0];
  const part = end > start ? (wanted - start) / (end - start) : 0;
  return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
}

/** Where a label stands. */
export interface Spot extends Point {
  /** Left of the way, since that goes up or down there; else above and below it. */
  readonly beside: boolean;
}

/** Where a label has most room: the middle of the longest straight piece; on a slope, past the middle. */
export function labelSpot(way: Route): Spot {
  const { points, distances, length } = way;
  const [first, last] = [points[0], points.at(-1)];
  const beside = first !== undefined && last !== undefined && Math.abs(first.y - last.y) > STEEP;
  let share = beside ? 0.63 : 0.5;
  let longest = length / 3;
  for (let index = 1; index < points.length; index += 1) {
    const [start, end] = [distances[index - 1] ?? 0, distances[index] ?? 0];
    if (end - start <= longest) continue;
    longest = end - start;
    share = (start + end) / 2 / length;
  }
  return { ...along(way, share), beside };
}

function trail(path: string, points: readonly Point[]): Route {
  const distances = [0];
  for (let index = 1; index < points.length; index += 1) {
    distances.push((distances[index - 1] ?? 0) + distance(points[index - 1] as Point, points[index] as Point));
  }
  return { path, points, distances, length: Math.max(distances.at(-1) ?? 1, 1) };
}

function cubic(a: Point, b: Point, c: Point, d: Point): Point[] {
  return Array.from({ length: PIECES + 1 }, (_, piece) => {
    const t = piece / PIECES;
    const s = 1 - t;
    const [wa, wb, wc, wd] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
    return { x: wa * a.x + wb * b.x + wc * c.x + wd * d.x, y: wa * a.y + wb * b.y + wc * c.y + wd * d.y };
  });
}

function toward(from: Point, to: Point, pixels: number): Point {
  const all = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * pixels) / all, y: from.y + ((to.y - from.y) * pixels) / all };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function at(point: Point): string {
  return `${point.x.toFixed(1)},${point.y.toFixed(1)}`;
}
