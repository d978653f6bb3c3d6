import assert from "node:assert/strict";
import { test } from "node:test";
import type { Series } from "../../api/dashboard";
import { stacked } from "./stack";

const series = (values: (number | null)[], custom: object): Series =>
  ({ values, config: { custom: { negative: false, span_nulls: false, stack: null, ...custom } } }) as unknown as Series;

const normal = { stack: { mode: "normal", group: "A" } };
const percent = { stack: { mode: "percent", group: "A" } };
const times = [0, 1000, 2000];
const none = new Set<number>();

test("a stack adds up from the first series on", () => {
  const { rows, bands } = stacked(times, [series([1, 2, 3], normal), series([10, null, 30], normal)], none);
  assert.deepEqual(rows, [
    [1, 2, 3],
    [11, 2, 33],
  ]);
  assert.deepEqual(bands, [[1, 0]]);
});

test("where no series of a stack has a value, all have a gap", () => {
  const { rows } = stacked(times, [series([1, null, 3], normal), series([null, null, 30], normal)], none);
  assert.deepEqual(rows, [
    [1, null, 3],
    [1, null, 33],
  ]);
});

test("a hidden series is left out of the stack", () => {
  const all = [series([1, 1, 1], normal), series([5, 5, 5], normal), series([10, 10, 10], normal)];
  const { rows, bands } = stacked(times, all, new Set([1]));
  assert.deepEqual(rows[2], [11, 11, 11]);
  assert.deepEqual(bands, [[2, 0]]);
});

test("what points down is stacked downwards by itself", () => {
  const { rows, bands } = stacked(
    times,
    [series([1, 2, 3], normal), series([1, 2, 3], { ...normal, negative: true })],
    none,
  );
  assert.deepEqual(rows, [
    [1, 2, 3],
    [-1, -2, -3],
  ]);
  assert.deepEqual(bands, []);
});

test("shares of a stack add up to one", () => {
  const { rows } = stacked(times, [series([1, 0, 3], percent), series([3, 0, 1], percent)], none);
  assert.deepEqual(rows, [
    [0.25, 0, 0.75],
    [1, 0, 1],
  ]);
});

test("gaps up to the given length are bridged, longer ones stay", () => {
  const gaps = [0, 1000, 2000, 3000, 4000, 5000];
  const { rows } = stacked(gaps, [series([1, null, 3, null, null, 6], { span_nulls: 2000 })], none);
  assert.deepEqual(rows, [[1, undefined, 3, null, null, 6]]);
});
