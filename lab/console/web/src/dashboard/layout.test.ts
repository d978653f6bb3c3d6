import assert from "node:assert/strict";
import { test } from "node:test";
import type { PanelHead } from "../api/dashboard";
import { placePanels } from "./layout";

const head = (id: number, kind: string, y: number, h: number, x = 0, row: number | null = null): PanelHead =>
  ({ id, kind, grid: { x, y, w: 12, h }, row, collapsed: false }) as unknown as PanelHead;

const heads = [
  head(100, "row", 0, 1),
  head(1, "stat", 1, 4),
  head(2, "stat", 1, 4, 12),
  head(101, "row", 5, 1),
  head(3, "timeseries", 6, 8),
  head(4, "timeseries", 14, 9),
];

const at = (collapsed: number[]) => placePanels(heads, new Set(collapsed)).map(({ head, y }) => [head.id, y]);

test("keeps the grid if all rows are open", () => {
  assert.deepEqual(at([]), [
    [100, 0],
    [1, 1],
    [2, 1],
    [101, 5],
    [3, 6],
    [4, 14],
  ]);
});

test("a collapsed row hides its panels and moves the following rows up", () => {
  assert.deepEqual(at([100]), [
    [100, 0],
    [101, 1],
    [3, 2],
    [4, 10],
  ]);
  assert.deepEqual(at([100, 101]), [
    [100, 0],
    [101, 1],
  ]);
});

test("a panel belongs to the row that it names, regardless of its position", () => {
  const named = [head(100, "row", 0, 1), head(101, "row", 1, 1), head(7, "stat", 1, 3, 0, 100)];
  assert.deepEqual(
    placePanels(named, new Set()).map(({ head, y }) => [head.id, y]),
    [
      [100, 0],
      [7, 1],
      [101, 4],
    ],
  );
});
