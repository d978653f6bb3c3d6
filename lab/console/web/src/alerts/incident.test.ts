import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert, AlertStep } from "../api/types";
import { incidentOf } from "./incident";

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
    error: null,
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

test("an incident starts at its fault and lasts until now", () => {
  const incident = incidentOf(alert("prometheus", "firing", FIRED), 110_000);
  assert.deepEqual(
    incident?.moments.map(({ step, after }) => [step, after]),
    [
      ["fault", 0],
      ["pending", 1],
      ["firing", 2],
      ["mailed", 3],
    ],
  );
  assert.deepEqual(incident?.periods, [
    { state: "fault", from: 0, to: 1 },
    { state: "pending", from: 1, to: 2 },
    { state: "firing", from: 2, to: 3 },
    { state: "firing", from: 3, to: 10 },
  ]);
  assert.equal(incident?.over, false);
});

test("an incident is over once its resolved mail has arrived", () => {
  const resolved: [AlertStep, number][] = [...FIRED, ["back", 120], ["resolved", 125]];
  assert.equal(incidentOf(alert("prometheus", "inactive", resolved), 126_000)?.over, false);
  const mailed = incidentOf(alert("prometheus", "inactive", [...resolved, ["resolved_mail", 127]]), 300_000);
  assert.equal(mailed?.over, true);
  assert.equal(mailed?.length, 27);
});

test("an incident without mail is over once it is resolved", () => {
  const steps: [AlertStep, number][] = [
    ["pending", 10],
    ["firing", 20],
    ["resolved", 30],
  ];
  assert.equal(incidentOf(alert("console", "inactive", steps), 31_000)?.over, true);
  const onlyPending: [AlertStep, number][] = [
    ["pending", 10],
    ["resolved", 12],
  ];
  const incident = incidentOf(alert("prometheus", "inactive", onlyPending), 13_000);
  assert.equal(incident?.over, true);
  assert.deepEqual(incident?.periods, [{ state: "pending", from: 0, to: 2 }]);
});

test("an incident is over if its resolved mail does not arrive within two minutes", () => {
  const steps: [AlertStep, number][] = [...FIRED, ["resolved", 125]];
  assert.equal(incidentOf(alert("prometheus", "inactive", steps), 245_001)?.over, true);
});

test("an alert without steps has no incident", () => {
  assert.equal(incidentOf(alert("prometheus", "inactive", []), 1), null);
});
