import assert from "node:assert/strict";
import { test } from "node:test";
import type { Unit } from "../../api/dashboard";
import { SECONDS, SHARE } from "./number";
import { places, tickTexts } from "./ticks";

test("uses the decimals that the distance of the ticks requires", () => {
  assert.deepEqual(tickTexts([0, 0.5, 1], 0.5, SECONDS, null), ["0 s", "500 ms", "1 s"]);
  assert.deepEqual(tickTexts([0, 0.002, 0.004], 0.002, SECONDS, null), ["0 s", "2 ms", "4 ms"]);
  assert.deepEqual(tickTexts([0, 0.2, 0.4], 0.2, SHARE, null), ["0%", "20%", "40%"]);
});

test("uses the same decimals for all ticks of a scale", () => {
  const rate: Unit = { id: "reqps", scale: "short", factor: 1, suffix: " req/s" };
  assert.deepEqual(tickTexts([0, 0.5, 1, 1.5], 0.5, rate, null), ["0.0 req/s", "0.5 req/s", "1.0 req/s", "1.5 req/s"]);
  assert.deepEqual(tickTexts([0, 500, 1000, 1500], 500, rate, null), [
    "0 req/s",
    "500 req/s",
    "1K req/s",
    "1.5K req/s",
  ]);
});

test("ignores rounding errors when counting decimals", () => {
  assert.equal(places(0.1 + 0.2), 1);
  assert.equal(places(20), 0);
  assert.equal(places(0.0025), 4);
});
