//! Where the map's nodes stand: the server's grid, without its empty rows and columns, in pixels.
import type { MapNode } from "../api/types";

/** A node's place on the map, in pixels from the map's top left. */
export interface Box {
  readonly id: string;
  readonly column: number;
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A place on the map, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The whole map's size, and where each node stands. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Pixels between two columns. */
  readonly gap: number;
  readonly boxes: ReadonlyMap<string, Box>;
}

const NODE_HEIGHT = 48;
const ROW_PITCH = 86;
const EDGE_OF_MAP = 6;
const WIDEST_NODE = 128;
const NARROWEST_NODE = 92;

/** Places the nodes on a map of this width. */
export function layout(nodes: readonly MapNode[], width: number): Layout {
  const columns = ranks(nodes.map((node) => node.column));
  const rows = ranks(nodes.map((node) => node.row));
  const room = width - 2 * EDGE_OF_MAP;
  const nodeWidth = Math.round(
    Math.min(WIDEST_NODE, Math.max(NARROWEST_NODE, (room / Math.max(columns.size, 1)) * 0.68)),
  );
  const pitch = columns.size > 1 ? (room - nodeWidth) / (columns.size - 1) : 0;
  const boxes = new Map<string, Box>();
  for (const node of nodes) {
    const column = columns.get(node.column) ?? 0;
    const row = rows.get(node.row) ?? 0;
    boxes.set(node.id, {
      id: node.id,
      column,
      row,
      x: EDGE_OF_MAP + column * pitch,
      y: EDGE_OF_MAP + row * ROW_PITCH,
      width: nodeWidth,
      height: NODE_HEIGHT,
    });
  }
  const height = 2 * EDGE_OF_MAP + Math.max(rows.size - 1, 0) * ROW_PITCH + NODE_HEIGHT;
  return { width, height, gap: Math.max(pitch - nodeWidth, 0), boxes };
}

function ranks(values: readonly number[]): Map<number, number> {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return new Map(sorted.map((value, rank) => [value, rank]));
}
