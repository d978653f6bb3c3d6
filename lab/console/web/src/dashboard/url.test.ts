import assert from "node:assert/strict";
import { test } from "node:test";
import { intervalMs, parseAsked, writeAsked } from "./url";

test("an address is read as Grafana writes it, and written back", () => {
  const query = "from=now-5m&to=now&refresh=1s&var-job=web-client&var-method=a&var-method=b&viewPanel=3";
  const asked = parseAsked(query);
  assert.deepEqual(asked, {
    from: "now-5m",
    to: "now",
    refresh: "1s",
    variables: { job: ["web-client"], method: ["a", "b"] },
    viewPanel: 3,
  });
  assert.equal(writeAsked(asked), query);
});

test("newer Grafana's panel-3 is panel 3", () => {
  assert.equal(parseAsked("viewPanel=panel-3").viewPanel, 3);
  assert.equal(parseAsked("viewPanel=none").viewPanel, null);
});

test("what is not said is the dashboard's own", () => {
  assert.equal(writeAsked(parseAsked("")), "");
  assert.equal(parseAsked("refresh=off").refresh, "");
});

test("intervals are whole numbers with a unit", () => {
  assert.equal(intervalMs("5s"), 5_000);
  assert.equal(intervalMs("1m"), 60_000);
  assert.equal(intervalMs(""), 0);
  assert.equal(intervalMs("soon"), 0);
});
