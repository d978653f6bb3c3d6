import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config, Mapping } from "../../api/dashboard";
import { display, displayText, mappingOf, thresholdColor } from "./display";

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

test("uses the colour of the highest threshold that the value reaches", () => {
  assert.equal(thresholdColor(9.99, config({})), "green");
  assert.equal(thresholdColor(10, config({})), "orange");
  assert.equal(thresholdColor(25, config({})), "red");
  assert.equal(thresholdColor(null, config({})), "green");
});

test("percentage thresholds refer to the range from min to max", () => {
  const percent = config({ min: 100, max: 200, thresholds: { ...config({}).thresholds, mode: "percentage" } });
  assert.equal(thresholdColor(109, percent), "green");
  assert.equal(thresholdColor(115, percent), "orange");
});

test("null is shown as the no-value text of the panel", () => {
  assert.equal(displayText(null, config({ no_value: "no calls" })), "no calls");
  assert.equal(displayText(null, config({})), "-");
});

test("mappings take precedence over unit and thresholds", () => {
  const mappings: Mapping[] = [
    { match: { kind: "value", value: "1" }, text: "up", color: "blue" },
    { match: { kind: "range", from: 2, to: null }, text: null, color: "purple" },
    { match: { kind: "special", special: "null" }, text: "missing", color: "text" },
  ];
  assert.deepEqual(display(1, config({ mappings })), { text: "up", suffix: "", color: "blue" });
  assert.deepEqual(display(30, config({ mappings })), { text: "30", suffix: "", color: "purple" });
  assert.deepEqual(display(null, config({ mappings })), { text: "missing", suffix: "", color: "text" });
  assert.equal(mappingOf(0, mappings), null);
});

test("regex mappings match text", () => {
  const mappings: Mapping[] = [{ match: { kind: "regex", pattern: "/^ok/i" }, text: "fine", color: null }];
  assert.equal(displayText("OK, so far", config({ mappings })), "fine");
  assert.equal(displayText("not ok", config({ mappings })), "not ok");
});
