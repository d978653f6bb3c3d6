//! Node positions in pixels: the server's grid without its empty rows and columns.
import type { MapNode } from "../api/types";

/** Position of a node, in pixels from the top left corner of the diagram. */
export interface Box {
  readonly id: string;
  readonly column: number;
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Size of the diagram in pixels, and the position of each node. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Pixels between two columns. */
  readonly gap: number;
  readonly boxes: ReadonlyMap<string, Box>;
}

const NODE_HEIGHT = 48;
const ROW_PITCH = 86;
const MARGIN = 6;
const MAX_NODE_WIDTH = 128;
const MIN_NODE_WIDTH = 92;

/** `width` is the width of the diagram in pixels. */
export function layout(nodes: readonly MapNode[], width: number): Layout {
  const columns = ranks(nodes.map((node) => node.column));
  const rows = ranks(nodes.map((node) => node.row));
  const innerWidth = width - 2 * MARGIN;
  const nodeWidth = Math.round(
    Math.min(MAX_NODE_WIDTH, Math.max(MIN_NODE_WIDTH, (innerWidth / Math.max(columns.size, 1)) * 0.68)),
  );
  const pitch = columns.size > 1 ? (innerWidth - nodeWidth) / (columns.size - 1) : 0;
  const boxes = new Map<string, Box>();
  for (const node of nodes) {
    const column = columns.get(node.column) ?? 0;
    const row = rows.get(node.row) ?? 0;
    boxes.set(node.id, {
      id: node.id,
      column,
      row,
      x: MARGIN + column * pitch,
      y: MARGIN + row * ROW_PITCH,
      width: nodeWidth,
      height: NODE_HEIGHT,
    });
  }
  const height = 2 * MARGIN + Math.max(rows.size - 1, 0) * ROW_PITCH + NODE_HEIGHT;
  return { width, height, gap: Math.max(pitch - nodeWidth, 0), boxes };
}

/** Maps each distinct value to its index in ascending order. */
function ranks(values: readonly number[]): Map<number, number> {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return new Map(sorted.map((value, rank) => [value, rank]));
}
