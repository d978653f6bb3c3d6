//! The alerts: those that something happens to as a timeline, the others in one line.
import type { Alert } from "../api/types";
import { AlertRow } from "./alert";
import { roundOf } from "./round";
import { useTicking } from "./ticking";
import "./alerts.css";

/** A round stays in sight for so long after its end. */
const RECENT_MS = 10 * 60_000;

const URGENCY: Record<Alert["state"], number> = { firing: 2, pending: 1, inactive: 0 };

/** Null: nothing was told yet. */
export function Alerts({ alerts }: { alerts: readonly Alert[] | null }) {
  const busy = alerts?.some((alert) => alert.state !== "inactive" || alert.steps.length > 0) ?? false;
  const now = useTicking(busy ? 250 : 5000);
  const [lively, quiet] = split(alerts ?? [], now);
  const firing = lively.filter((alert) => alert.state === "firing").length;
  return (
    <section class="alerts card" aria-labelledby="alerts-title">
      <header>
        <h2 id="alerts-title">Alerts</h2>
        <span class={`count${firing > 0 ? " firing" : ""}`} role="status">
          {alerts === null ? "waiting" : firing > 0 ? `${firing} firing` : "none firing"}
        </span>
      </header>
      {lively.length > 0 && (
        <ol class="alert-rows">
          {lively.map((alert) => (
            <AlertRow key={`${alert.owner} ${alert.name}`} alert={alert} now={now} />
          ))}
        </ol>
      )}
      {quiet.length > 0 && (
        <details class="quiet-alerts">
          <summary>
            {quiet.length} {lively.length > 0 && "more "}at rest{" "}
            <span class="names">{quiet.map(({ name }) => name).join(", ")}</span>
          </summary>
          <ul class="alert-rows">
            {quiet.map((alert) => (
              <AlertRow key={`${alert.owner} ${alert.name}`} alert={{ ...alert, steps: [] }} now={now} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** Those that something happens or just happened to, firing first, then by the newest round; and the others. */
function split(alerts: readonly Alert[], now: number): [Alert[], Alert[]] {
  const isLively = (alert: Alert): boolean => {
    if (alert.state !== "inactive") return true;
    const round = roundOf(alert, now);
    return round !== null && now - (round.began + round.length * 1000) < RECENT_MS;
  };
  const began = (alert: Alert): number => alert.steps[0]?.at ?? alert.since;
  const lively = alerts.filter(isLively).sort((a, b) => URGENCY[b.state] - URGENCY[a.state] || began(b) - began(a));
  return [lively, alerts.filter((alert) => !isLively(alert))];
}
