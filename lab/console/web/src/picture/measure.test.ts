import assert from "node:assert/strict";
import { test } from "node:test";
import type { MapEdge } from "../api/types";
import { rate, share, shortRate } from "./figures";
import { dotSpeed, dotsPerSecond, fare, isTold, lineWidth } from "./measure";

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

test("an edge's fare follows its share of errors, then its rate", () => {
  assert.equal(fare(edge({ rate: null })), "unknown");
  assert.equal(fare(edge({})), "idle");
  assert.equal(fare(edge({ rate: 3, errors: null })), "good");
  assert.equal(fare(edge({ rate: 3, errors: 0.01 })), "some-errors");
  assert.equal(fare(edge({ rate: 3, errors: 0.1 })), "many-errors");
});

test("one dot a request while there are few, more for more, never so many that they touch", () => {
  assert.equal(dotsPerSecond(edge({ rate: 2 })), 2);
  assert.ok(dotsPerSecond(edge({ rate: 20 })) > 6);
  const slow = edge({ rate: 100, p95: 2 });
  assert.ok(dotSpeed(slow) / dotsPerSecond(slow) >= 10);
});

test("slower calls move slower, higher rates are wider, both within bounds", () => {
  assert.ok(dotSpeed(edge({ p95: 1 })) < dotSpeed(edge({ p95: 0.01 })));
  assert.ok(dotSpeed(edge({ p95: 60 })) >= 22);
  assert.ok(lineWidth(edge({ rate: 50 })) > lineWidth(edge({ rate: 1 })));
  assert.ok(lineWidth(edge({ rate: 1e9 })) <= 6);
});

test("requests are always told on the map; what watches, only where it says something", () => {
  assert.ok(isTold(edge({ rate: 0 })));
  assert.ok(!isTold(edge({ kind: "scrape", rate: 250 })));
  assert.ok(!isTold(edge({ kind: "mail", rate: 0 })));
  assert.ok(isTold(edge({ kind: "mail", rate: 1 })));
});

test("figures are short", () => {
  assert.equal(rate(19.8, "req/s"), "20 req/s");
  assert.equal(rate(0.42, "calls/s"), "0.4 calls/s");
  assert.equal(rate(0, "mails/min"), "0 mails/min");
  assert.equal(shortRate(12.4, "alerts/min"), "12/min");
  assert.equal(share(0), "0 %");
  assert.equal(share(0.0004), "< 0.1 %");
  assert.equal(share(0.034), "3.4 %");
  assert.equal(share(1), "100 %");
});
