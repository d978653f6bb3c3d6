import assert from "node:assert/strict";
import { test } from "node:test";
import type { MapEdge } from "../api/types";
import { dotSpeed, dotsPerSecond, isLabelled, lineWidth, statusOf } from "./edge-style";
import { percent, rate, shortRate } from "./figures";

function edge(figures: Partial<MapEdge>): MapEdge {
  return {
    from: "a",
    to: "b",
    kind: "request",
    what: "",
    rate: 0,
    unit: "req/s",
    errors: 0,
    p95: null,
    title: "",
    ...figures,
  };
}

test("status depends on the share of errors, then on the rate", () => {
  assert.equal(statusOf(edge({ rate: null })), "unknown");
  assert.equal(statusOf(edge({})), "idle");
  assert.equal(statusOf(edge({ rate: 3, errors: null })), "good");
  assert.equal(statusOf(edge({ rate: 3, errors: 0.01 })), "some-errors");
  assert.equal(statusOf(edge({ rate: 3, errors: 0.1 })), "many-errors");
});

test("draws one dot per request at low rates, more at higher rates, and never lets dots touch", () => {
  assert.equal(dotsPerSecond(edge({ rate: 2 })), 2);
  assert.ok(dotsPerSecond(edge({ rate: 20 })) > 6);
  const slow = edge({ rate: 100, p95: 2 });
  assert.ok(dotSpeed(slow) / dotsPerSecond(slow) >= 10);
});

test("dot speed falls with latency and line width grows with the rate, both within bounds", () => {
  assert.ok(dotSpeed(edge({ p95: 1 })) < dotSpeed(edge({ p95: 0.01 })));
  assert.ok(dotSpeed(edge({ p95: 60 })) >= 22);
  assert.ok(lineWidth(edge({ rate: 50 })) > lineWidth(edge({ rate: 1 })));
  assert.ok(lineWidth(edge({ rate: 1e9 })) <= 6);
});

test("always labels requests, and other edges only while they carry traffic", () => {
  assert.ok(isLabelled(edge({ rate: 0 })));
  assert.ok(!isLabelled(edge({ kind: "scrape", rate: 250 })));
  assert.ok(!isLabelled(edge({ kind: "mail", rate: 0 })));
  assert.ok(isLabelled(edge({ kind: "mail", rate: 1 })));
});

test("formats figures with two or three digits", () => {
  assert.equal(rate(19.8, "req/s"), "20 req/s");
  assert.equal(rate(0.42, "calls/s"), "0.4 calls/s");
  assert.equal(rate(0, "mails/min"), "0 mails/min");
  assert.equal(shortRate(12.4, "alerts/min"), "12/min");
  assert.equal(percent(0), "0 %");
  assert.equal(percent(0.0004), "< 0.1 %");
  assert.equal(percent(0.034), "3.4 %");
  assert.equal(percent(1), "100 %");
});
