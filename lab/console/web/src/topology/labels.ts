//! Positions of the edges' labels: near their lines, away from nodes, other labels and other lines.
import type { LabMap, MapEdge } from "../api/types";
import { isLabelled } from "./edge-style";
import { type SideFigure, shortRate, sideFigures } from "./figures";
import type { Layout } from "./layout";
import { connectedEdges, edgeName } from "./order";
import { pointAt, type Route } from "./path";

/** Pixels from the top left corner of the diagram. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LabelRow {
  readonly class: "rate" | SideFigure["class"];
  readonly text: string;
}

export interface Label extends Rect {
  readonly rows: readonly LabelRow[];
}

export const ROW_PX = 13;
/** Width of the widest letters that occur, in bold, because SVG does not lay out text. */
const LETTER_PX = 7.4;
const PADDING_PX = 3;
/** Distance of a label from nodes and from other labels. */
const CLEARANCE_PX = 2;

const SHARES = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];
const MAX_OFFSET_PX = 66;
const OFFSET_STEP_PX = 6;
/** Offsets of a label's middle from its line, nearest first. */
const OFFSETS = offsets();
/** Cost in pixels of distance. */
const LINE_POINT_COST = 5;
const OVERLAP_COST = 10_000;

/** The rate, then errors and p95 of a request. Empty if the rate is not measured. */
export function labelRows(edge: MapEdge): LabelRow[] {
  if (edge.rate === null) return [];
  const side = edge.kind === "request" ? sideFigures(edge) : [];
  return [
    { class: "rate", text: shortRate(edge.rate, edge.unit) },
    ...side.map((figure) => (figure.class === "errors" ? { ...figure, text: `✕ ${figure.text}` } : figure)),
  ];
}

/**
 * The labels by edge name: those always shown, and those of the edges in `extra`. The longest texts are placed first,
 * because they have the fewest places.
 */
export function placeLabels(
  topology: LabMap,
  plan: Layout,
  routes: ReadonlyMap<string, Route>,
  extra: ReadonlySet<string> = new Set(),
): Map<string, Label> {
  const lines = new LineDensity(plan, routes.values());
  const wanted = connectedEdges(topology).flatMap((edge) => {
    const name = edgeName(edge);
    const [route, rows] = [routes.get(name), labelRows(edge)];
    if (route === undefined || rows.length === 0) return [];
    return [{ name, route, rows, always: isLabelled(edge), ...sizeOf(rows) }];
  });
  const labels = new Map<string, Label>();
  // Labels of a selection come last, so that they do not move the others.
  for (const always of [true, false]) {
    const round = wanted.filter((label) => label.always === always && (always || extra.has(label.name)));
    round.sort((a, b) => b.height * b.width - a.height * a.width || a.route.length - b.route.length);
    for (const { name, route, rows, width, height } of round) {
      const taken = [...plan.boxes.values(), ...labels.values()];
      labels.set(name, { rows, ...bestPlace({ width, height }, route, plan, taken, lines) });
    }
  }
  return labels;
}

function sizeOf(rows: readonly LabelRow[]): { width: number; height: number } {
  const letters = Math.max(...rows.map(({ text }) => text.length));
  return { width: letters * LETTER_PX + 2 * PADDING_PX, height: rows.length * ROW_PX + 2 };
}

/** The place with the lowest cost: distance from the route, lines below the label, and above all overlaps. */
function bestPlace(
  size: { width: number; height: number },
  route: Route,
  plan: Layout,
  taken: readonly Rect[],
  lines: LineDensity,
): Rect {
  let best: Rect = { x: 0, y: 0, ...size };
  let lowest = Infinity;
  for (const share of SHARES) {
    const { x, y } = pointAt(route, share);
    for (const { dx, dy, distance } of OFFSETS) {
      const near = distance + Math.abs(share - 0.5) * 20;
      if (near >= lowest) break;
      const rect = { x: x + dx - size.width / 2, y: y + dy - size.height / 2, ...size };
      if (rect.x < 0 || rect.y < 0 || rect.x + rect.width > plan.width || rect.y + rect.height > plan.height) continue;
      const cost = near + costOf(rect, taken, lines);
      if (cost < lowest) [best, lowest] = [rect, cost];
    }
  }
  return best;
}

function costOf(rect: Rect, taken: readonly Rect[], lines: LineDensity): number {
  const overlaps = taken.filter((other) => overlap(rect, other, CLEARANCE_PX)).length;
  if (overlaps > 0) return overlaps * OVERLAP_COST;
  return lines.count(rect) * LINE_POINT_COST;
}

/** True if two rectangles are closer than `clearance` in both directions. */
export function overlap(a: Rect, b: Rect, clearance = 0): boolean {
  return (
    a.x < b.x + b.width + clearance &&
    b.x < a.x + a.width + clearance &&
    a.y < b.y + b.height + clearance &&
    b.y < a.y + a.height + clearance
  );
}

function offsets(): { dx: number; dy: number; distance: number }[] {
  const steps = Array.from(
    { length: (2 * MAX_OFFSET_PX) / OFFSET_STEP_PX + 1 },
    (_, index) => index * OFFSET_STEP_PX - MAX_OFFSET_PX,
  );
  const all = steps.flatMap((dx) => steps.map((dy) => ({ dx, dy, distance: Math.hypot(dx, dy) })));
  return all.sort((a, b) => a.distance - b.distance);
}

const CELL_PX = 6;

/** Counts the points of lines in a rectangle, by sums over the cells above and left of each cell. */
class LineDensity {
  private readonly columns: number;
  private readonly sums: Int32Array;

  constructor({ width, height }: Layout, routes: Iterable<Route>) {
    this.columns = Math.ceil(width / CELL_PX) + 2;
    const rows = Math.ceil(height / CELL_PX) + 2;
    this.sums = new Int32Array(this.columns * rows);
    for (const route of routes) {
      const count = Math.ceil(route.length / CELL_PX);
      for (let index = 0; index <= count; index += 1) {
        const { x, y } = pointAt(route, index / count);
        const cell = (Math.floor(y / CELL_PX) + 1) * this.columns + Math.floor(x / CELL_PX) + 1;
        if (x >= 0 && y >= 0 && x < width && y < height) this.sums[cell] = (this.sums[cell] ?? 0) + 1;
      }
    }
    for (let row = 1; row < rows; row += 1) {
      for (let column = 1; column < this.columns; column += 1) {
        const cell = row * this.columns + column;
        this.sums[cell] =
          (this.sums[cell] ?? 0) + this.at(row - 1, column) + this.at(row, column - 1) - this.at(row - 1, column - 1);
      }
    }
  }

  count({ x, y, width, height }: Rect): number {
    const [left, top] = [Math.floor(x / CELL_PX), Math.floor(y / CELL_PX)];
    const [right, bottom] = [Math.floor((x + width) / CELL_PX) + 1, Math.floor((y + height) / CELL_PX) + 1];
    return this.at(bottom, right) - this.at(top, right) - this.at(bottom, left) + this.at(top, left);
  }

  private at(row: number, column: number): number {
    return this.sums[row * this.columns + column] ?? 0;
  }
}
