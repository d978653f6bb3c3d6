import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, rulerMarks } from "./duration";

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
