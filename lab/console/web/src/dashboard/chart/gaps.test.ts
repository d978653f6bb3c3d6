import assert from "node:assert/strict";
import { test } from "node:test";
import type { SeriesView } from "../../api/dashboard";
import { withGaps } from "./gaps";

const view = (times: number[], values: (number | null)[]): SeriesView =>
  ({ kind: "series", times, step_ms: 10, series: [{ values }] }) as unknown as SeriesView;

test("a gap longer than the step has a time without a value", () => {
  const { times, series } = withGaps(view([0, 10, 50, 60, 100], [1, 2, 3, 4, 5]));
  assert.deepEqual(times, [0, 10, 20, 50, 60, 70, 100]);
  assert.deepEqual(series[0]?.values, [1, 2, null, 3, 4, null, 5]);
});

test("a view without gaps stays as it is", () => {
  const whole = view([0, 10, 20], [1, null, 3]);
  assert.equal(withGaps(whole), whole);
});
