//! The way of an edge between two nodes: a curve along the flow, or lanes between columns and rows for what watches it.
import type { Box, Layout, Point } from "./layout";
import type { Route } from "./trail";
import { bent, curved } from "./trail";

/** In which lane an edge runs where several share a way. */
export interface Lane {
  /** Pixels beside the middle of a way. */
  readonly offset: number;
  /** Curves are for what people follow; the others keep to the lanes. */
  readonly direct: boolean;
}

/** How far above the target the last turn is. */
const APPROACH = 17;

/** The way from one node to another. */
export function routed(from: Box, to: Box, plan: Layout, lane: Lane): Route {
  const near = Math.abs(from.column - to.column) === 1;
  if (from.row === to.row && (near || !crosses(from, to, plan))) return sideways(from, to, lane);
  if (from.column === to.column && Math.abs(from.row - to.row) === 1) return upright(from, to);
  if (lane.direct && near) return sideways(from, to, lane);
  return byLanes(from, to, plan, lane);
}

function sideways(from: Box, to: Box, { offset }: Lane): Route {
  const forward = from.column < to.column;
  const shift = from.row === to.row ? offset * 1.3 : 0;
  const start = side(from, forward, shift);
  const end = side(to, !forward, shift);
  const reach = (end.x - start.x) / 2;
  return curved(start, { x: start.x + reach, y: start.y }, { x: end.x - reach, y: end.y }, end);
}

function upright(from: Box, to: Box): Route {
  const below = to.row > from.row;
  const start = { x: from.x + from.width / 2, y: below ? from.y + from.height : from.y };
  const end = { x: to.x + to.width / 2, y: below ? to.y : to.y + to.height };
  const reach = (end.y - start.y) / 2;
  return curved(start, { x: start.x, y: start.y + reach }, { x: end.x, y: end.y - reach }, end);
}

/** Out at the side that looks to the target, along the columns' gap, then between the rows into the target's top or bottom. */
function byLanes(from: Box, to: Box, plan: Layout, { offset }: Lane): Route {
  const right = to.column > from.column || (to.column === from.column && from.column === 0);
  const below = to.row > from.row;
  const start = side(from, right, 13 + offset * 0.6);
  const gap = (right ? start.x : start.x - plan.gap) + plan.gap / 2 + offset;
  const turn = below ? to.y - APPROACH - offset : to.y + to.height + APPROACH + offset;
  const fromLeft = gap < to.x + to.width / 2;
  const entry = to.x + to.width * (fromLeft ? 0.3 : 0.7) + offset;
  return bent([
    start,
    { x: gap, y: start.y },
    { x: gap, y: turn },
    { x: entry, y: turn },
    { x: entry, y: below ? to.y : to.y + to.height },
  ]);
}

function side(box: Box, right: boolean, shift: number): Point {
  return { x: right ? box.x + box.width : box.x, y: box.y + box.height / 2 + shift };
}

function crosses(from: Box, to: Box, plan: Layout): boolean {
  const [left, right] = [Math.min(from.column, to.column), Math.max(from.column, to.column)];
  return [...plan.boxes.values()].some((box) => box.row === from.row && box.column > left && box.column < right);
}
