//! What the list shows of a mail: its subject, and whether it is about an alert.
import type { MailHead } from "../api/types";

/** "ordinary" for a mail that is not about an alert. */
export type MailStatus = "firing" | "resolved" | "ordinary";

export function statusOf({ alert, resolved }: MailHead): MailStatus {
  if (alert === null) return "ordinary";
  return resolved ? "resolved" : "firing";
}

/** The subject on one line, or a placeholder for one without visible characters. */
export function subjectOf({ subject }: MailHead): string {
  const text = subject.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  return text === "" ? "(no subject)" : text;
}
