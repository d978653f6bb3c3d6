//! The newest incident of an alert: its steps from the fault, or from "pending" without one, to the resolved mail.
import type { Alert, AlertStep } from "../api/types";

export interface Moment {
  readonly step: AlertStep;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Seconds since the start of the incident. */
  readonly after: number;
}

/** A period of the incident in one state, in seconds since its start. */
export interface Period {
  /** "fault": injected but not detected yet; "resolving": until the resolved mail. */
  readonly state: "fault" | "pending" | "firing" | "resolving";
  readonly from: number;
  readonly to: number;
}

export interface Incident {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly moments: readonly Moment[];
  readonly periods: readonly Period[];
  /** True once no further step is expected. */
  readonly over: boolean;
  /** Seconds from the start to now, or to the last step if it is over. */
  readonly length: number;
}

const STEP_NAMES: Record<AlertStep, string> = {
  fault: "fault",
  pending: "pending",
  firing: "firing",
  mailed: "mailed",
  back: "cleared",
  resolved: "resolved",
  resolved_mail: "resolved mail",
};

/** How long to wait for the next step. An alert fires for a minute after its cause has ended. */
const STEP_TIMEOUT_MS = 120_000;

export function stepName(step: AlertStep): string {
  return STEP_NAMES[step];
}

/** Null if the alert has no steps. `now` is in ms since 1970. */
export function incidentOf(alert: Alert, now: number): Incident | null {
  const first = alert.steps[0];
  if (first === undefined) return null;
  const start = first.at;
  const moments = alert.steps.map(({ step, at }) => ({ step, at, after: (at - start) / 1000 }));
  const over = alert.state === "inactive" && isOver(alert, now);
  const last = moments.at(-1)?.after ?? 0;
  const length = over ? last : Math.max((now - start) / 1000, last);
  return { start, moments, over, length, periods: periodsOf(moments, length, expectsResolvedMail(alert)) };
}

function isOver(alert: Alert, now: number): boolean {
  const last = alert.steps.at(-1);
  if (last === undefined || last.step === "resolved_mail") return true;
  if (now - last.at > STEP_TIMEOUT_MS) return true;
  return last.step === "resolved" && !expectsResolvedMail(alert);
}

/** Only alerts that fired send a resolved mail, and the console's own alerts send none. */
function expectsResolvedMail(alert: Alert): boolean {
  return alert.owner !== "console" && alert.steps.some(({ step }) => step === "firing");
}

function periodsOf(moments: readonly Moment[], length: number, expectsMail: boolean): Period[] {
  const periods: Period[] = [];
  let state: Period["state"] | null = null;
  let from = 0;
  const closePeriod = (to: number): void => {
    if (state !== null && to > from) periods.push({ state, from, to });
    from = to;
  };
  for (const { step, after } of moments) {
    closePeriod(after);
    if (step === "fault" || step === "pending" || step === "firing") state = step;
    else if (step === "resolved") state = expectsMail ? "resolving" : null;
    else if (step === "resolved_mail") state = null;
  }
  closePeriod(length);
  return periods;
}
