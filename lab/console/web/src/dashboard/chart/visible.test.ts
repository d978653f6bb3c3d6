import assert from "node:assert/strict";
import { test } from "node:test";
import { picked } from "./visible";

test("a click shows one series alone, a second one all again", () => {
  const alone = picked(new Set(), 1, false, 3);
  assert.deepEqual(alone, new Set([0, 2]));
  assert.deepEqual(picked(alone, 1, false, 3), new Set());
  assert.deepEqual(picked(alone, 2, false, 3), new Set([0, 1]));
});

test("with a modifier only the clicked series changes", () => {
  assert.deepEqual(picked(new Set(), 1, true, 3), new Set([1]));
  assert.deepEqual(picked(new Set([1]), 1, true, 3), new Set());
});

test("when the last one goes, all come back", () => {
  assert.deepEqual(picked(new Set([0, 1]), 2, true, 3), new Set());
});
