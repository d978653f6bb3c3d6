import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, durationsFormat, marksFormat, rulerMarks } from "./duration";

test("ruler marks are round, start at zero and do not exceed the end", () => {
  assert.deepEqual(rulerMarks(10_000, 5), [0, 2000, 4000, 6000, 8000, 10_000]);
  assert.deepEqual(rulerMarks(7_300, 5), [0, 2000, 4000, 6000]);
  assert.deepEqual(rulerMarks(999, 2), [0, 500]);
});

test("durations use the largest fitting unit", () => {
  assert.equal(duration(0), "0 µs");
  assert.equal(duration(840), "840 µs");
  assert.equal(duration(12_300), "12.3 ms");
  assert.equal(duration(1_200_000), "1.20 s");
});

test("the durations of a column have the unit of the longest and the same decimals", () => {
  const format = (all: number[]): string[] => all.map(durationsFormat(all));
  assert.deepEqual(format([12_300, 840, 0]), ["12.3 ms", "0.8 ms", "0.0 ms"]);
  assert.deepEqual(format([120_000, 42]), ["120.00 ms", "0.04 ms"]);
  assert.deepEqual(format([1_200_000, 300_000, 100]), ["1.200 s", "0.300 s", "< 0.001 s"]);
  assert.deepEqual(format([950, 3]), ["950 µs", "3 µs"]);
  assert.deepEqual(format([]), []);
});

test("the marks of a ruler have one unit", () => {
  assert.deepEqual([0, 500, 1000, 1500].map(marksFormat([0, 500, 1000, 1500])), ["0 ms", "0.5 ms", "1 ms", "1.5 ms"]);
  assert.deepEqual([0].map(marksFormat([0])), ["0 µs"]);
});
