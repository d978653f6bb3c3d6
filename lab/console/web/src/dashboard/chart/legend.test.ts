import assert from "node:assert/strict";
import { test } from "node:test";
import { hiddenAfterClick } from "./legend";

test("a click isolates a series, a second click shows all", () => {
  const alone = hiddenAfterClick(new Set(), 1, false, 3);
  assert.deepEqual(alone, new Set([0, 2]));
  assert.deepEqual(hiddenAfterClick(alone, 1, false, 3), new Set());
  assert.deepEqual(hiddenAfterClick(alone, 2, false, 3), new Set([0, 1]));
});

test("a click with a modifier toggles the series", () => {
  assert.deepEqual(hiddenAfterClick(new Set(), 1, true, 3), new Set([1]));
  assert.deepEqual(hiddenAfterClick(new Set([1]), 1, true, 3), new Set());
});

test("hiding the last visible series shows all", () => {
  assert.deepEqual(hiddenAfterClick(new Set([0, 1]), 2, true, 3), new Set());
});
