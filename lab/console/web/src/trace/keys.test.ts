import assert from "node:assert/strict";
import { test } from "node:test";
import { keyAction } from "./keys";
import type { Row } from "./tree";

function row(id: string, depth: number, descendants: number): Row {
  const span = {
    id,
    parent: null,
    service: "",
    name: "",
    start_us: 0,
    duration_us: 0,
    error: false,
    kind: null,
    depth,
    tags: [],
    events: [],
  };
  return { span, depth, descendants, position: 1, siblings: 1 };
}

const ROWS = [row("a", 0, 2), row("b", 1, 1), row("c", 2, 0)];
const press = (key: string, current: string, folded: string[] = []) =>
  keyAction(key, { rows: ROWS, folded: new Set(folded), current });

test("up and down stop at the ends", () => {
  assert.deepEqual(press("ArrowDown", "a"), { does: "move", to: "b" });
  assert.equal(press("ArrowUp", "a"), null);
  assert.equal(press("ArrowDown", "c"), null);
  assert.deepEqual(press("End", "a"), { does: "move", to: "c" });
});

test("left folds an open span, then moves to the parent", () => {
  assert.deepEqual(press("ArrowLeft", "b"), { does: "fold" });
  assert.deepEqual(press("ArrowLeft", "b", ["b"]), { does: "move", to: "a" });
  assert.deepEqual(press("ArrowLeft", "c"), { does: "move", to: "b" });
});

test("right unfolds a folded span, then moves to the first child", () => {
  assert.deepEqual(press("ArrowRight", "a", ["a"]), { does: "fold" });
  assert.deepEqual(press("ArrowRight", "a"), { does: "move", to: "b" });
  assert.equal(press("ArrowRight", "c"), null);
});

test("enter toggles the details, other keys do nothing", () => {
  assert.equal(press("x", "a"), null);
  assert.deepEqual(press("Enter", "a"), { does: "details" });
});
