import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert, AlertStep } from "../api/types";
import { roundOf } from "./round";

function alert(owner: Alert["owner"], state: Alert["state"], steps: [AlertStep, number][]): Alert {
  return {
    name: "EchoSlow",
    owner,
    tutorial: "echo",
    summary: "",
    runbook: null,
    dashboard: null,
    panel: null,
    fault: null,
    state,
    since: 0,
    steps: steps.map(([step, seconds]) => ({ step, at: seconds * 1000 })),
  };
}

const FIRED: [AlertStep, number][] = [
  ["fault", 100],
  ["pending", 101],
  ["firing", 102],
  ["mailed", 103],
];

test("a round counts from its fault and grows until now", () => {
  const round = roundOf(alert("prometheus", "firing", FIRED), 110_000);
  assert.deepEqual(
    round?.moments.map(({ step, after }) => [step, after]),
    [
      ["fault", 0],
      ["pending", 1],
      ["firing", 2],
      ["mailed", 3],
    ],
  );
  assert.deepEqual(round?.stretches, [
    { state: "broken", from: 0, to: 1 },
    { state: "pending", from: 1, to: 2 },
    { state: "firing", from: 2, to: 3 },
    { state: "firing", from: 3, to: 10 },
  ]);
  assert.equal(round?.over, false);
});

test("a round is over with its second mail, not before", () => {
  const resolved: [AlertStep, number][] = [...FIRED, ["back", 120], ["resolved", 125]];
  assert.equal(roundOf(alert("prometheus", "inactive", resolved), 126_000)?.over, false);
  const mailed = roundOf(alert("prometheus", "inactive", [...resolved, ["resolved_mail", 127]]), 300_000);
  assert.equal(mailed?.over, true);
  assert.equal(mailed?.length, 27);
});

test("what is never mailed is over when it is resolved", () => {
  const steps: [AlertStep, number][] = [
    ["pending", 10],
    ["firing", 20],
    ["resolved", 30],
  ];
  assert.equal(roundOf(alert("console", "inactive", steps), 31_000)?.over, true);
  const onlyPending: [AlertStep, number][] = [
    ["pending", 10],
    ["resolved", 12],
  ];
  const round = roundOf(alert("prometheus", "inactive", onlyPending), 13_000);
  assert.equal(round?.over, true);
  assert.deepEqual(round?.stretches, [{ state: "pending", from: 0, to: 2 }]);
});

test("a second mail that does not come within a minute is not waited for", () => {
  const steps: [AlertStep, number][] = [...FIRED, ["resolved", 125]];
  assert.equal(roundOf(alert("prometheus", "inactive", steps), 185_001)?.over, true);
});

test("no steps, no round", () => {
  assert.equal(roundOf(alert("prometheus", "inactive", []), 1), null);
});
