import assert from "node:assert/strict";
import { test } from "node:test";
import { intervalMs, parseQuery, writeQuery } from "./url";

test("parses and writes queries like Grafana", () => {
  const query = "from=now-5m&to=now&refresh=1s&var-job=web-client&var-method=a&var-method=b&viewPanel=3";
  const params = parseQuery(query);
  assert.deepEqual(params, {
    from: "now-5m",
    to: "now",
    refresh: "1s",
    variables: { job: ["web-client"], method: ["a", "b"] },
    viewPanel: 3,
  });
  assert.equal(writeQuery(params), query);
});

test("accepts the panel-3 form of newer Grafana versions", () => {
  assert.equal(parseQuery("viewPanel=panel-3").viewPanel, 3);
  assert.equal(parseQuery("viewPanel=none").viewPanel, null);
});

test("bounds the refresh interval, and ignores an invalid one", () => {
  for (const [text, expected] of [
    ["1ms", "1s"],
    ["999ms", "1s"],
    ["1s", "1s"],
    ["30m", "30m"],
    ["25d", "24d"],
    ["99999999999w", "24d"],
    ["off", ""],
    ["", ""],
    ["0s", null],
    ["-5s", null],
    ["soon", null],
  ]) {
    assert.equal(parseQuery(`refresh=${text}`).refresh, expected, `refresh=${text}`);
  }
});

test("accepts ISO times", () => {
  const { from, to } = parseQuery("from=2026-11-21T10:00:00.000Z&to=2026-11-21T12:00:00%2B01:00");
  assert.deepEqual([from, to], [String(Date.UTC(2026, 10, 21, 10)), String(Date.UTC(2026, 10, 21, 11))]);
  assert.equal(parseQuery("from=2026-11-21").from, String(new Date(2026, 10, 21).getTime()));
  assert.equal(parseQuery("from=2026-99-99").from, "2026-99-99");
});

test("omits defaults", () => {
  assert.equal(writeQuery(parseQuery("")), "");
  assert.equal(parseQuery("refresh=off").refresh, "");
});

test("parses intervals with a unit", () => {
  assert.equal(intervalMs("5s"), 5_000);
  assert.equal(intervalMs("1m"), 60_000);
  assert.equal(intervalMs(""), 0);
  assert.equal(intervalMs("soon"), 0);
});
