//! Routes of the edges: direct curves along the requests, lanes between columns and rows for other traffic.
import type { LabMap, MapEdge } from "../api/types";
import { isMain } from "./edge-style";
import type { Box, Layout, Point } from "./layout";
import { connectedEdges, edgeName } from "./order";
import { curve, polyline, type Route } from "./path";

/** Routes by edge name. */
export function routesOf(topology: LabMap, plan: Layout): Map<string, Route> {
  const routes = new Map<string, Route>();
  for (const edge of connectedEdges(topology)) {
    const from = plan.boxes.get(edge.from);
    const to = plan.boxes.get(edge.to);
    if (from !== undefined && to !== undefined) routes.set(edgeName(edge), route(from, to, plan, laneOf(edge)));
  }
  return routes;
}

/** One lane per kind of edge, so that edges of a kind overlap. */
function laneOf(edge: MapEdge): Lane {
  const direct = isMain(edge) || edge.kind === "push";
  switch (edge.kind) {
    case "scrape":
      return { offset: 6, direct };
    case "span":
      return { offset: -6, direct };
    case "query":
      return { offset: 12, direct };
    default:
      return { offset: 0, direct };
  }
}

/** Separates edges that run along the same gap. */
interface Lane {
  /** Distance from the middle of the gap, in pixels. */
  readonly offset: number;
  /** True to draw a curve between adjacent columns, even if the rows differ. */
  readonly direct: boolean;
}

/** Distance of the last turn from the target. */
const APPROACH_PX = 17;

function route(from: Box, to: Box, plan: Layout, lane: Lane): Route {
  const adjacent = Math.abs(from.column - to.column) === 1;
  if (from.row === to.row && (adjacent || !isBlocked(from, to, plan))) return horizontal(from, to, lane);
  if (from.column === to.column && Math.abs(from.row - to.row) === 1) return vertical(from, to);
  if (lane.direct && adjacent) return horizontal(from, to, lane);
  return throughLanes(from, to, plan, lane);
}

function horizontal(from: Box, to: Box, { offset }: Lane): Route {
  const forward = from.column < to.column;
  const shift = from.row === to.row ? offset * 1.3 : 0;
  const start = side(from, forward, shift);
  const end = side(to, !forward, shift);
  const reach = (end.x - start.x) / 2;
  return curve(start, { x: start.x + reach, y: start.y }, { x: end.x - reach, y: end.y }, end);
}

function vertical(from: Box, to: Box): Route {
  const below = to.row > from.row;
  const start = { x: from.x + from.width / 2, y: below ? from.y + from.height : from.y };
  const end = { x: to.x + to.width / 2, y: below ? to.y : to.y + to.height };
  const reach = (end.y - start.y) / 2;
  return curve(start, { x: start.x, y: start.y + reach }, { x: end.x, y: end.y - reach }, end);
}

/** Leaves on the side facing the target, follows the gap between columns, then enters the target from above or below. */
function throughLanes(from: Box, to: Box, plan: Layout, { offset }: Lane): Route {
  const right = to.column > from.column || (to.column === from.column && from.column === 0);
  const below = to.row > from.row;
  const start = side(from, right, 13 + offset * 0.6);
  const gap = (right ? start.x : start.x - plan.gap) + plan.gap / 2 + offset;
  const turn = below ? to.y - APPROACH_PX - offset : to.y + to.height + APPROACH_PX + offset;
  const fromLeft = gap < to.x + to.width / 2;
  const entry = to.x + to.width * (fromLeft ? 0.3 : 0.7) + offset;
  return polyline([
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

/** True if a node stands between two nodes of a row. */
function isBlocked(from: Box, to: Box, plan: Layout): boolean {
  const [left, right] = [Math.min(from.column, to.column), Math.max(from.column, to.column)];
  return [...plan.boxes.values()].some((box) => box.row === from.row && box.column > left && box.column < right);
}
