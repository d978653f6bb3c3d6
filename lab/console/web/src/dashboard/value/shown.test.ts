import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config, Mapping } from "../../api/dashboard";
import { mapped, shown, shownText, thresholdColor } from "./shown";

const config = (changes: Partial<Config>): Config => ({
  name: "a",
  unit: { id: "none", scale: "plain", factor: 1, suffix: "" },
  decimals: null,
  min: null,
  max: null,
  no_value: null,
  color: { mode: "thresholds", fixed: null },
  thresholds: {
    mode: "absolute",
    steps: [
      { from: null, color: "green" },
      { from: 10, color: "orange" },
      { from: 20, color: "red" },
    ],
  },
  mappings: [],
  links: [],
  custom: {} as Config["custom"],
  ...changes,
});

test("the highest threshold that a value reaches gives the colour", () => {
  assert.equal(thresholdColor(9.99, config({})), "green");
  assert.equal(thresholdColor(10, config({})), "orange");
  assert.equal(thresholdColor(25, config({})), "red");
  assert.equal(thresholdColor(null, config({})), "green");
});

test("thresholds in percent are of the range from min to max", () => {
  const percent = config({ min: 100, max: 200, thresholds: { ...config({}).thresholds, mode: "percentage" } });
  assert.equal(thresholdColor(109, percent), "green");
  assert.equal(thresholdColor(115, percent), "orange");
});

test("no value is written as the panel asks for", () => {
  assert.equal(shownText(null, config({ no_value: "no calls" })), "no calls");
  assert.equal(shownText(null, config({})), "-");
});

test("a mapping's text and colour go before the unit and the thresholds", () => {
  const mappings: Mapping[] = [
    { match: { kind: "value", value: "1" }, text: "up", color: "blue" },
    { match: { kind: "range", from: 2, to: null }, text: null, color: "purple" },
    { match: { kind: "special", special: "null" }, text: "gone", color: "text" },
  ];
  assert.deepEqual(shown(1, config({ mappings })), { text: "up", suffix: "", color: "blue" });
  assert.deepEqual(shown(30, config({ mappings })), { text: "30", suffix: "", color: "purple" });
  assert.deepEqual(shown(null, config({ mappings })), { text: "gone", suffix: "", color: "text" });
  assert.equal(mapped(0, mappings), null);
});

test("patterns match texts", () => {
  const mappings: Mapping[] = [{ match: { kind: "regex", pattern: "/^ok/i" }, text: "fine", color: null }];
  assert.equal(shownText("OK, so far", config({ mappings })), "fine");
  assert.equal(shownText("not ok", config({ mappings })), "not ok");
});
