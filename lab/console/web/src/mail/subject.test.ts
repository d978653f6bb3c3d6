import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailHead } from "../api/types";
import { statusOf, subjectOf } from "./subject";

function mail(head: Partial<MailHead>): MailHead {
  return { id: "1", subject: "", from: "", to: "", at: 0, alert: null, resolved: false, ...head };
}

test("only a mail about an alert is firing or resolved", () => {
  assert.equal(statusOf(mail({ subject: "Lunch" })), "ordinary");
  assert.equal(statusOf(mail({ alert: "EchoSlow" })), "firing");
  assert.equal(statusOf(mail({ alert: "EchoSlow", resolved: true })), "resolved");
});

test("names an empty subject, and shows others on one line", () => {
  for (const subject of ["", "  ", "\r\n\t", "\u200b"]) assert.equal(subjectOf(mail({ subject })), "(no subject)");
  assert.equal(subjectOf(mail({ subject: " Firing:\r\n  EchoSlow " })), "Firing: EchoSlow");
});
