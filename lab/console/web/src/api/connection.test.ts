import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionOf, STALE_AFTER_MS } from "./connection";

const OPEN = { state: "open", since: 10_000 } as const;

test("is live only while topologies arrive on the open stream", () => {
  assert.equal(connectionOf(OPEN, 10_500, 11_000).state, "live");
  assert.equal(connectionOf(OPEN, 10_500, 10_500 + STALE_AFTER_MS).state, "live");
  assert.equal(connectionOf(OPEN, 10_500, 10_501 + STALE_AFTER_MS).state, "stale");
});

test("is not live before the first topology of a stream", () => {
  assert.equal(connectionOf({ state: "connecting" }, 0, 10_000).state, "connecting");
  assert.equal(connectionOf(OPEN, 0, 10_100).state, "connecting");
  assert.equal(connectionOf(OPEN, 9_000, 10_100).state, "reconnecting");
  assert.equal(connectionOf(OPEN, 0, 10_001 + STALE_AFTER_MS).state, "stale");
});

test("a lost stream has a reason, however recent the last topology is", () => {
  const lost = { state: "lost", reason: "full" } as const;
  assert.deepEqual(connectionOf({ ...lost, failed: false }, 10_000, 10_000), { state: "reconnecting", reason: "full" });
  assert.deepEqual(connectionOf({ ...lost, failed: true }, 10_000, 10_000), { state: "disconnected", reason: "full" });
});
