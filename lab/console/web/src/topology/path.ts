//! Geometry of a route: its SVG path, and points along it.
import type { Point } from "./layout";

export interface Route {
  /** SVG path data. */
  readonly path: string;
  /** Points along the path, close enough to interpolate linearly. */
  readonly points: readonly Point[];
  /** Distance of each point from the start, in pixels. */
  readonly distances: readonly number[];
  /** Pixels. */
  readonly length: number;
}

const CURVE_SEGMENTS = 24;
const CORNER_RADIUS_PX = 12;

/** A cubic Bézier curve. */
export function curve(a: Point, b: Point, c: Point, d: Point): Route {
  return routeOf(`M${coordinates(a)}C${coordinates(b)} ${coordinates(c)} ${coordinates(d)}`, cubic(a, b, c, d));
}

/** Straight segments with rounded corners. */
export function polyline(corners: readonly Point[]): Route {
  const first = corners[0] ?? { x: 0, y: 0 };
  let path = `M${coordinates(first)}`;
  const points: Point[] = [first];
  for (let index = 1; index < corners.length; index += 1) {
    const [before, corner, after] = [corners[index - 1], corners[index], corners[index + 1]];
    if (before === undefined || corner === undefined) break;
    if (after === undefined) {
      path += `L${coordinates(corner)}`;
      points.push(corner);
      break;
    }
    const radius = Math.min(CORNER_RADIUS_PX, distance(before, corner) / 2, distance(corner, after) / 2);
    const [enter, leave] = [toward(corner, before, radius), toward(corner, after, radius)];
    path += `L${coordinates(enter)}Q${coordinates(corner)} ${coordinates(leave)}`;
    points.push(enter, toward(toward(enter, corner, radius / 2), leave, radius / 3), leave);
  }
  return routeOf(path, points);
}

/** The point at a share of the route, 0 to 1. */
export function pointAt({ points, distances, length }: Route, share: number): Point {
  const target = share * length;
  const next = Math.max(
    1,
    distances.findIndex((distance) => distance >= target),
  );
  const [a, b] = [points[next - 1], points[next]];
  if (a === undefined || b === undefined) return points.at(-1) ?? { x: 0, y: 0 };
  const [start, end] = [distances[next - 1] ?? 0, distances[next] ?? 0];
  const ratio = end > start ? (target - start) / (end - start) : 0;
  return { x: a.x + (b.x - a.x) * ratio, y: a.y + (b.y - a.y) * ratio };
}

function routeOf(path: string, points: readonly Point[]): Route {
  const distances = [0];
  for (let index = 1; index < points.length; index += 1) {
    distances.push((distances[index - 1] ?? 0) + distance(points[index - 1] as Point, points[index] as Point));
  }
  return { path, points, distances, length: Math.max(distances.at(-1) ?? 1, 1) };
}

function cubic(a: Point, b: Point, c: Point, d: Point): Point[] {
  return Array.from({ length: CURVE_SEGMENTS + 1 }, (_, index) => {
    const t = index / CURVE_SEGMENTS;
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

function coordinates(point: Point): string {
  return `${point.x.toFixed(1)},${point.y.toFixed(1)}`;
}
