import assert from "node:assert/strict";
import { test } from "node:test";
import type { Series, SeriesView } from "../../api/dashboard";
import { stacked, withGaps } from "./stack";

const series = (values: (number | null)[], custom: object): Series =>
  ({ values, config: { custom: { negative: false, span_nulls: false, stack: null, ...custom } } }) as unknown as Series;

const normal = { stack: { mode: "normal", group: "A" } };
const percent = { stack: { mode: "percent", group: "A" } };
const times = [0, 1000, 2000];
const none = new Set<number>();

test("a stack adds up from the first series", () => {
  const { rows, bands } = stacked(times, [series([1, 2, 3], normal), series([10, null, 30], normal)], none);
  assert.deepEqual(rows, [
    [1, 2, 3],
    [11, 2, 33],
  ]);
  assert.deepEqual(bands, [[1, 0]]);
});

test("a stack has a gap where none of its series has a value", () => {
  const { rows } = stacked(times, [series([1, null, 3], normal), series([null, null, 30], normal)], none);
  assert.deepEqual(rows, [
    [1, null, 3],
    [1, null, 33],
  ]);
});

test("hidden series are not stacked", () => {
  const all = [series([1, 1, 1], normal), series([5, 5, 5], normal), series([10, 10, 10], normal)];
  const { rows, bands } = stacked(times, all, new Set([1]));
  assert.deepEqual(rows[2], [11, 11, 11]);
  assert.deepEqual(bands, [[2, 0]]);
});

test("negative series form a stack of their own", () => {
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

test("percentages of a stack add up to one", () => {
  const { rows } = stacked(times, [series([1, 0, 3], percent), series([3, 0, 1], percent)], none);
  assert.deepEqual(rows, [
    [0.25, 0, 0.75],
    [1, 0, 1],
  ]);
});

test("bridges gaps up to the given length only", () => {
  const gaps = [0, 1000, 2000, 3000, 4000, 5000];
  const { rows } = stacked(gaps, [series([1, null, 3, null, null, 6], { span_nulls: 2000 })], none);
  assert.deepEqual(rows, [[1, undefined, 3, null, null, 6]]);
});

const view = (times: number[], values: (number | null)[]): SeriesView =>
  ({ kind: "series", times, step_ms: 10, series: [{ values }] }) as unknown as SeriesView;

test("inserts a null into gaps longer than the step", () => {
  const { times, series } = withGaps(view([0, 10, 50, 60, 100], [1, 2, 3, 4, 5]));
  assert.deepEqual(times, [0, 10, 20, 50, 60, 70, 100]);
  assert.deepEqual(series[0]?.values, [1, 2, null, 3, 4, null, 5]);
});

test("returns a view without gaps unchanged", () => {
  const whole = view([0, 10, 20], [1, null, 3]);
  assert.equal(withGaps(whole), whole);
});
