import assert from "node:assert/strict";
import { test } from "node:test";
import { rangeText, resolve, widened } from "./range";

const now = 1_760_000_000_000;

test("resolves relative and absolute times", () => {
  assert.equal(resolve("now", now), now);
  assert.equal(resolve("now-5m", now), now - 300_000);
  assert.equal(resolve("1759999999000", now), 1_759_999_999_000);
  assert.equal(resolve("yesterday", now), null);
});

test("names ranges", () => {
  assert.equal(rangeText({ from: "now-15m", to: "now" }), "Last 15 minutes");
  assert.equal(rangeText({ from: "now-7m", to: "now" }), "Last 7m");
  const start = new Date(2026, 10, 21, 10, 0, 0).getTime();
  assert.equal(rangeText({ from: String(start), to: String(start + 60_000) }), "2026-11-21 10:00:00 to 10:01:00");
});

test("widening doubles a range and ends at now at the latest", () => {
  assert.deepEqual(widened({ from: String(now - 100_000), to: String(now - 80_000) }, now), {
    from: String(now - 110_000),
    to: String(now - 70_000),
  });
  assert.equal(widened({ from: "now-1m", to: "now" }, now).to, "now");
});
