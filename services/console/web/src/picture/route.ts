//! The curve of an edge between two nodes: sideways along the flow, up or down where it changes rows.
import type { Box, Layout } from "./layout";

/** A cubic curve: start, two handles, end; in pixels. */
export type Curve = readonly [Point, Point, Point, Point];

/** A place on the map. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The curve from one node to another; `share` (-1 to 1) spreads those that would meet at one point of a node. */
export function curve(from: Box, to: Box, layout: Layout, share: number): Curve {
  if (from.column === to.column) return from.row < to.row ? down(from, to, share) : down(to, from, share, true);
  if (from.row === to.row) return crosses(from, to, layout) ? over(from, to) : sideways(from, to, share);
  return Math.abs(from.column - to.column) === 1 ? sideways(from, to, share) : slanted(from, to, share);
}

/** The point at a share (0 to 1) of the curve's parameter. */
export function along([a, b, c, d]: Curve, t: number): Point {
  const s = 1 - t;
  const [wa, wb, wc, wd] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return { x: wa * a.x + wb * b.x + wc * c.x + wd * d.x, y: wa * a.y + wb * b.y + wc * c.y + wd * d.y };
}

/** As SVG's path data. */
export function path([a, b, c, d]: Curve): string {
  return `M${at(a)}C${at(b)} ${at(c)} ${at(d)}`;
}

function at(point: Point): string {
  return `${point.x.toFixed(1)},${point.y.toFixed(1)}`;
}

function sideways(from: Box, to: Box, share: number): Curve {
  const forward = from.column < to.column;
  const start = side(from, forward, share * 0.3);
  const end = side(to, !forward, share * 0.3);
  const reach = (end.x - start.x) / 2;
  return [start, { x: start.x + reach, y: start.y }, { x: end.x - reach, y: end.y }, end];
}

function down(upper: Box, lower: Box, share: number, up = false): Curve {
  const start = { x: upper.x + upper.width * (0.5 + share * 0.3), y: upper.y + upper.height };
  const end = { x: lower.x + lower.width * (0.5 + share * 0.3), y: lower.y };
  const reach = (end.y - start.y) / 2;
  const bend = lower.row - upper.row > 1 ? upper.width * 0.6 : 0;
  const curve: Curve = [start, { x: start.x - bend, y: start.y + reach }, { x: end.x - bend, y: end.y - reach }, end];
  return up ? [curve[3], curve[2], curve[1], curve[0]] : curve;
}

/** From the bottom or top of one, to the top or bottom of the other: for those far apart. */
function slanted(from: Box, to: Box, share: number): Curve {
  const below = to.row > from.row;
  const start = { x: from.x + from.width * (0.5 + share * 0.3), y: below ? from.y + from.height : from.y };
  const end = { x: to.x + to.width * (0.5 + share * 0.35), y: below ? to.y : to.y + to.height };
  const reach = (end.y - start.y) * 0.55;
  return [start, { x: start.x, y: start.y + reach }, { x: end.x, y: end.y - reach }, end];
}

/** Above what stands between the two. */
function over(from: Box, to: Box): Curve {
  const start = { x: from.x + from.width / 2, y: from.y };
  const end = { x: to.x + to.width / 2, y: to.y };
  return [start, { x: start.x, y: start.y - 46 }, { x: end.x, y: end.y - 46 }, end];
}

function side(box: Box, right: boolean, offset: number): Point {
  return { x: right ? box.x + box.width : box.x, y: box.y + box.height * (0.5 + offset) };
}

function crosses(from: Box, to: Box, layout: Layout): boolean {
  const [left, right] = [Math.min(from.column, to.column), Math.max(from.column, to.column)];
  return [...layout.boxes.values()].some((box) => box.row === from.row && box.column > left && box.column < right);
}
