//! The alerts: active and recent ones with a timeline, the others collapsed.
import type { Alert, AlertSource } from "../api/types";
import { Banner } from "../ui/banner";
import { dashboardPath, ExternalLink } from "../ui/link";
import { Time, useNow } from "../ui/time";
import { Axis } from "./axis";
import { incidentOf, stepName } from "./incident";
import "./alerts.css";

/** How long an alert stays in the main list after its incident is over. */
const RECENT_MS = 10 * 60_000;

const URGENCY: Record<Alert["state"], number> = { firing: 2, pending: 1, inactive: 0 };

interface Props {
  /** Null until the first event arrives. */
  readonly alerts: readonly Alert[] | null;
  readonly sources: readonly AlertSource[] | null;
}

export function Alerts({ alerts, sources }: Props) {
  const changing = alerts?.some((alert) => alert.state !== "inactive" || alert.steps.length > 0) ?? false;
  const now = useNow(changing ? 250 : 5000);
  const [active, inactive] = split(alerts ?? [], now);
  const firing = active.filter((alert) => alert.state === "firing" && alert.error === null).length;
  const down = (sources ?? []).filter((source) => source.error !== null);
  const unknown = down.length > 0 || (alerts?.some((alert) => alert.error !== null) ?? false);
  return (
    <section class="alerts card" aria-labelledby="alerts-title">
      <header>
        <h2 id="alerts-title">Alerts</h2>
        <span class={`count${firing > 0 ? " firing" : ""}`} role="status">
          {alerts === null ? "loading" : countText(firing, unknown)}
        </span>
      </header>
      {down.map(({ title, error, since }) => (
        <Banner key={title} name="alert-source">
          <b>
            The alerts of {title} are unknown
            {since !== null && (
              <>
                {" "}
                since <Time at={since} />
              </>
            )}
            .
          </b>{" "}
          {title} {error}.
        </Banner>
      ))}
      {active.length > 0 && (
        <ol class="alert-rows">
          {active.map((alert) => (
            <AlertRow key={`${alert.owner} ${alert.name}`} alert={alert} now={now} />
          ))}
        </ol>
      )}
      {inactive.length > 0 && (
        <details class="inactive-alerts">
          <summary>
            {inactive.length} {active.length > 0 && "more "}
            {inactive.some((alert) => alert.error !== null) ? "inactive or unknown" : "inactive"}{" "}
            <span class="names">{inactive.map(({ name }) => name).join(", ")}</span>
          </summary>
          <ul class="alert-rows">
            {inactive.map((alert) => (
              <AlertRow key={`${alert.owner} ${alert.name}`} alert={{ ...alert, steps: [] }} now={now} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function countText(firing: number, unknown: boolean): string {
  if (firing > 0) return unknown ? `${firing} firing, others unknown` : `${firing} firing`;
  return unknown ? "unknown" : "none firing";
}

/** Active and recent alerts, firing first, then by the newest incident; and the others. */
function split(alerts: readonly Alert[], now: number): [Alert[], Alert[]] {
  const isActive = (alert: Alert): boolean => {
    if (alert.state !== "inactive") return true;
    const incident = incidentOf(alert, now);
    return incident !== null && now - (incident.start + incident.length * 1000) < RECENT_MS;
  };
  const start = (alert: Alert): number => alert.steps[0]?.at ?? alert.since;
  const active = alerts.filter(isActive).sort((a, b) => URGENCY[b.state] - URGENCY[a.state] || start(b) - start(a));
  return [active, alerts.filter((alert) => !isActive(alert))];
}

/** One alert as a list item: its state, its newest incident on an axis and as text, and links. */
export function AlertRow({ alert, now }: { alert: Alert; now: number }) {
  const incident = incidentOf(alert, now);
  return (
    <li
      class={`alert is-${alert.error === null ? alert.state : "unknown"}`}
      data-alert={alert.name}
      data-state={alert.error === null ? alert.state : "unknown"}
    >
      <div class="alert-head">
        <h3>{alert.name}</h3>
        {alert.error === null ? (
          <StateMark state={alert.state} resolved={incident !== null} />
        ) : (
          <span class="alert-state unknown" title={alert.error}>
            unknown, {alert.state} before
          </span>
        )}
      </div>
      <p class="alert-summary">{alert.summary}</p>
      {incident !== null && (
        <>
          <Axis incident={incident} />
          <ol
            class="steps"
            aria-label={`Timeline, in seconds since "${stepName(incident.moments[0]?.step ?? "pending")}"`}
          >
            {incident.moments.map((moment) => (
              <li key={`${moment.step} ${moment.at}`} data-step={moment.step} data-at={String(moment.at)}>
                {stepName(moment.step)} <span class="figure">{moment.after.toFixed(1)} s</span>
              </li>
            ))}
          </ol>
        </>
      )}
      <p class="alert-links">
        {alert.owner === "console" && (
          <span class="alert-owner">Evaluated by the console because Grafana is unavailable; sends no mail.</span>
        )}
        {alert.owner === "grafana" && <span class="alert-owner">Grafana rule</span>}
        {alert.dashboard !== null && <a href={dashboardPath(alert.dashboard, alert.panel)}>Panel</a>}
        {alert.runbook !== null && <ExternalLink href={alert.runbook}>Runbook</ExternalLink>}
      </p>
    </li>
  );
}

function StateMark({ state, resolved }: { state: Alert["state"]; resolved: boolean }) {
  const word = state === "inactive" && resolved ? "resolved" : state;
  return (
    <span class={`alert-state ${word}`}>
      <svg viewBox="-6 -6 12 12" width="12" height="12" aria-hidden="true">
        {word === "firing" && <path d="M0,-5.5L5.5,4.5H-5.5z" />}
        {word === "pending" && <path d="M-4.5,-5.5H4.5L-4.5,5.5H4.5z" />}
        {word === "resolved" && <path class="tick" d="M-4.5,0L-1.5,3.5L4.5,-4" />}
        {word === "inactive" && <circle r="3" />}
      </svg>
      {word}
    </span>
  );
}
