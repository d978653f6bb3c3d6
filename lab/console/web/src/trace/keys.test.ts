import assert from "node:assert/strict";
import { test } from "node:test";
import { keyed } from "./keys";
import type { Branch } from "./tree";

function branch(id: string, depth: number, below: number): Branch {
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
  return { span, depth, below, place: 1, siblings: 1 };
}

const SHOWN = [branch("a", 0, 2), branch("b", 1, 1), branch("c", 2, 0)];
const press = (key: string, at: string, folded: string[] = []) =>
  keyed(key, { shown: SHOWN, folded: new Set(folded), at });

test("up and down stop at the ends", () => {
  assert.deepEqual(press("ArrowDown", "a"), { does: "go", to: "b" });
  assert.equal(press("ArrowUp", "a"), null);
  assert.equal(press("ArrowDown", "c"), null);
  assert.deepEqual(press("End", "a"), { does: "go", to: "c" });
});

test("left folds what is open, then goes to the parent", () => {
  assert.deepEqual(press("ArrowLeft", "b"), { does: "fold" });
  assert.deepEqual(press("ArrowLeft", "b", ["b"]), { does: "go", to: "a" });
  assert.deepEqual(press("ArrowLeft", "c"), { does: "go", to: "b" });
});

test("right unfolds what is folded, then goes to the first child", () => {
  assert.deepEqual(press("ArrowRight", "a", ["a"]), { does: "fold" });
  assert.deepEqual(press("ArrowRight", "a"), { does: "go", to: "b" });
  assert.equal(press("ArrowRight", "c"), null);
});

test("other keys mean nothing", () => {
  assert.equal(press("x", "a"), null);
  assert.deepEqual(press("Enter", "a"), { does: "open" });
});
