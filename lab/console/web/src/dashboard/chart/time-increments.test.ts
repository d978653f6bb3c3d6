import assert from "node:assert/strict";
import { test } from "node:test";
import { timeIncrements, timeLabelSpace } from "./time-increments";

const MINUTE = 60_000;

function labels(rangeMs: number, widthPx: number): { count: number; distancePx: number } {
  const space = timeLabelSpace(rangeMs, widthPx);
  const minimum = (rangeMs / widthPx) * space;
  const increment = timeIncrements(rangeMs, widthPx, space).find((candidate) => candidate >= minimum) ?? Infinity;
  return { count: Math.floor(rangeMs / increment), distancePx: (increment / rangeMs) * widthPx };
}

test("a chart of 200 pixels or more has at least three time labels that do not touch", () => {
  for (const minutes of [1, 3, 5, 10, 15, 20, 30, 45, 60, 120, 180, 360, 720, 1440]) {
    for (let width = 200; width <= 1400; width += 7) {
      const { count, distancePx } = labels(minutes * MINUTE, width);
      assert.ok(count >= 3, `${minutes} min on ${width} px: ${count} labels`);
      assert.ok(distancePx >= 40, `${minutes} min on ${width} px: ${distancePx} px apart`);
    }
  }
});

test("a wide chart has round distances only", () => {
  const space = timeLabelSpace(15 * MINUTE, 1200);
  const used = timeIncrements(15 * MINUTE, 1200, space).find(
    (increment) => increment >= ((15 * MINUTE) / 1200) * space,
  );
  assert.equal(used, MINUTE);
});
