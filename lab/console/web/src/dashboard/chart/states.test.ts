import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config, Mapping } from "../../api/dashboard";
import { blocksOf } from "./states";

const mappings: Mapping[] = [
  { match: { kind: "value", value: "1" }, text: "up", color: "green" },
  { match: { kind: "value", value: "0" }, text: "down", color: "red" },
];
const config = {
  mappings,
  unit: { scale: "plain", factor: 1, suffix: "" },
  color: { mode: "fixed", fixed: "text" },
} as unknown as Config;
const times = [0, 10, 20, 30, 40];
const paint = (_: number | null, figure: { color: string | null }) => figure.color ?? "";

test("merges equal neighbours into a block that lasts until the next state", () => {
  assert.deepEqual(blocksOf(times, 10, [1, 1, 0, 1, 1], config, true, paint), [
    { from: 0, to: 20, value: 1, text: "up", color: "green" },
    { from: 20, to: 30, value: 0, text: "down", color: "red" },
    { from: 30, to: 50, value: 1, text: "up", color: "green" },
  ]);
});

test("without merging, each value is a block", () => {
  assert.equal(blocksOf(times, 10, [1, 1, 1, 1, 1], config, false, paint).length, 5);
});

test("a missing value ends a block and leaves a gap", () => {
  const found = blocksOf(times, 10, [1, null, 1, 1, null], config, true, paint);
  assert.deepEqual(
    found.map(({ from, to }) => [from, to]),
    [
      [0, 10],
      [20, 40],
    ],
  );
});
