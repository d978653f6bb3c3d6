//! The expected texts are those of Grafana for the same values.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Unit } from "../../api/dashboard";
import { bytes, formatText, MILLISECONDS, seconds, share, toFixed } from "./number";

const unit = (scale: Unit["scale"], suffix = "", factor = 1): Unit => ({ id: "", scale, suffix, factor });

function writes(unit: Unit, cases: [number, string][], decimals: number | null = null) {
  for (const [value, text] of cases) assert.equal(formatText(value, unit, decimals), text);
}

test("chooses decimals for three digits, and none for whole numbers", () => {
  assert.equal(toFixed(1.23456), "1.23");
  assert.equal(toFixed(12.3456), "12.3");
  assert.equal(toFixed(123.456), "123");
  assert.equal(toFixed(0.0123456), "0.0123");
  assert.equal(toFixed(1.5), "1.50");
  assert.equal(toFixed(5), "5");
  assert.equal(toFixed(0), "0");
  assert.equal(toFixed(-1.23456), "-1.23");
});

test("keeps the given number of decimals, including zeros", () => {
  assert.equal(toFixed(0, 1), "0.0");
  assert.equal(toFixed(40, 1), "40.0");
  assert.equal(toFixed(99.96, 1), "100.0");
  assert.equal(toFixed(2.7, 0), "3");
});

test("uses the largest fitting unit for seconds", () => {
  assert.equal(seconds(0), "0 s");
  assert.equal(seconds(0.00000012), "120 ns");
  assert.equal(seconds(0.000123), "123 µs");
  assert.equal(seconds(0.00175), "1.75 ms");
  assert.equal(seconds(0.998), "998 ms");
  assert.equal(seconds(1.1), "1.10 s");
  assert.equal(seconds(225), "3.75 min");
  assert.equal(seconds(5400), "1.50 hour");
  assert.equal(seconds(86400 * 3), "3 day");
  assert.equal(seconds(86400 * 10.5), "1.50 week");
});

test("never uses a finer unit than milliseconds for milliseconds", () => {
  writes(MILLISECONDS, [
    [0, "0 ms"],
    [0.5, "0.500 ms"],
    [12.34, "12.3 ms"],
    [1234, "1.23 s"],
    [90_000, "1.50 min"],
  ]);
});

test("uses the steps of each unit of time", () => {
  writes(unit("duration", "", 1e-6), [[90e6, "90 s"]]);
  writes(unit("duration", "", 60), [[30, "30 min"]]);
  writes(unit("duration", "", 3600), [[0, "0 hour"]]);
  writes(unit("duration", "", 86400), [[730, "2 year"]]);
  assert.equal(seconds(2562), "42.7 min");
});

test("abbreviates counts by thousands", () => {
  writes(unit("short"), [
    [0, "0"],
    [999, "999"],
    [1000, "1 K"],
    [1234, "1.23 K"],
    [1_500_000, "1.50 Mil"],
    [2e9, "2 Bil"],
  ]);
});

test("abbreviates rates without a space before the letter", () => {
  writes(unit("short", " req/s"), [
    [0, "0 req/s"],
    [0.667, "0.667 req/s"],
    [40.12, "40.1 req/s"],
    [1234, "1.23K req/s"],
    [1e6, "1M req/s"],
  ]);
});

test("scales bytes by 1024 or by 1000", () => {
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(1023), "1023 B");
  assert.equal(bytes(1024), "1 KiB");
  assert.equal(bytes(31744), "31 KiB");
  assert.equal(bytes(1.5 * 1024 ** 2), "1.50 MiB");
  writes(unit("si", "B"), [
    [0, "0 B"],
    [4500, "4.50 kB"],
    [1e6, "1 MB"],
    [0.5, "500 mB"],
  ]);
  writes(unit("si", "B/s"), [[12345, "12.3 kB/s"]]);
});

test("formats shares as percentages", () => {
  assert.equal(share(0.777), "77.7%");
  assert.equal(share(0), "0%");
  assert.equal(share(0, 1), "0.0%");
  assert.equal(share(1), "100%");
});

test("appends a custom unit to the number", () => {
  writes(unit("plain", " refusals/s"), [
    [0, "0 refusals/s"],
    [0.25, "0.250 refusals/s"],
    [12345, "12345 refusals/s"],
  ]);
});
