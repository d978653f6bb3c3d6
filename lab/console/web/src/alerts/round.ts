//! An alert's newest round: what happened when, counted from the fault, or from "pending" where nothing was broken here.
import type { Alert, AlertStep } from "../api/types";

/** One thing that happened. */
export interface Moment {
  readonly step: AlertStep;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Seconds since the round began. */
  readonly after: number;
}

/** A stretch of the round in which one state held. */
export interface Stretch {
  readonly state: "broken" | "pending" | "firing" | "settling";
  /** Seconds since the round began. */
  readonly from: number;
  readonly to: number;
}

/** The round, told from its beginning. */
export interface Round {
  readonly began: number;
  readonly moments: readonly Moment[];
  readonly stretches: readonly Stretch[];
  /** Nothing more is expected of it. */
  readonly over: boolean;
  /** Seconds from the beginning to now, or to the last moment where it is over. */
  readonly length: number;
}

const WORDS: Record<AlertStep, string> = {
  fault: "fault",
  pending: "pending",
  firing: "firing",
  mailed: "mailed",
  back: "taken back",
  resolved: "resolved",
  resolved_mail: "resolved mail",
};

/** A mail that has not come a minute after the end does not come. */
const LAST_MAIL_MS = 60_000;

/** The step in a word or two. */
export function stepWord(step: AlertStep): string {
  return WORDS[step];
}

/** The newest round, or null where there was none. */
export function roundOf(alert: Alert, now: number): Round | null {
  const first = alert.steps[0];
  if (first === undefined) return null;
  const began = first.at;
  const moments = alert.steps.map(({ step, at }) => ({ step, at, after: (at - began) / 1000 }));
  const over = alert.state === "inactive" && isOver(alert, now);
  const last = moments.at(-1)?.after ?? 0;
  const length = over ? last : Math.max((now - began) / 1000, last);
  return { began, moments, over, length, stretches: stretches(moments, length, isMailed(alert)) };
}

function isOver(alert: Alert, now: number): boolean {
  const last = alert.steps.at(-1);
  if (last === undefined || last.step === "resolved_mail") return true;
  if (now - last.at > LAST_MAIL_MS) return true;
  return last.step === "resolved" && !isMailed(alert);
}

/** Whether its end is told by mail: what never fired was never mailed. */
function isMailed(alert: Alert): boolean {
  return alert.owner !== "console" && alert.steps.some(({ step }) => step === "firing");
}

function stretches(moments: readonly Moment[], length: number, mailed: boolean): Stretch[] {
  const found: Stretch[] = [];
  let state: Stretch["state"] | null = null;
  let from = 0;
  const until = (to: number): void => {
    if (state !== null && to > from) found.push({ state, from, to });
    from = to;
  };
  for (const { step, after } of moments) {
    until(after);
    if (step === "fault") state = "broken";
    else if (step === "pending") state = "pending";
    else if (step === "firing") state = "firing";
    else if (step === "resolved") state = mailed ? "settling" : null;
    else if (step === "resolved_mail") state = null;
  }
  until(length);
  return found;
}
