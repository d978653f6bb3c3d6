import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "../../api/dashboard";
import { rangeOf } from "./scales";

function config(min: number | null, max: number | null, softMin: number | null, softMax: number | null): Config {
  const axis = { log: null, soft_min: softMin, soft_max: softMax };
  const unit = { id: "percentunit", scale: "percent", factor: 100, suffix: "%" };
  return { min, max, unit, custom: { axis, stack: null } } as unknown as Config;
}

test("a soft maximum ends the range, and the maximum only caps it", () => {
  assert.deepEqual(rangeOf(config(0, 1, null, 0.3), 0, 0.1), [0, 0.3]);
  assert.deepEqual(rangeOf(config(0, 1, null, 0.3), 0, 0.99), [0, 1]);
  assert.deepEqual(rangeOf(config(0, 1, null, 0.3), 0, 0), [0, 0.3]);
});

test("limits without soft limits are the ends of the range", () => {
  assert.deepEqual(rangeOf(config(0, 1, null, null), 0.1, 0.2), [0, 1]);
});
