//! One alert: its state, its newest round on an axis and in words, and the ways on.
import type { Alert } from "../api/types";
import { Axis } from "./axis";
import { roundOf, stepWord } from "./round";

/** As one item of a list. */
export function AlertRow({ alert, now }: { alert: Alert; now: number }) {
  const round = roundOf(alert, now);
  return (
    <li class={`alert is-${alert.state}`} data-alert={alert.name} data-state={alert.state}>
      <div class="alert-head">
        <h3>{alert.name}</h3>
        <StateMark state={alert.state} resolved={round !== null} />
      </div>
      <p class="alert-summary">{alert.summary}</p>
      {round !== null && (
        <>
          <Axis round={round} />
          <ol
            class="steps"
            aria-label={`What happened, in seconds since "${stepWord(round.moments[0]?.step ?? "pending")}"`}
          >
            {round.moments.map((moment) => (
              <li key={`${moment.step} ${moment.at}`} data-step={moment.step} data-at={String(moment.at)}>
                {stepWord(moment.step)} <span class="figure">{moment.after.toFixed(1)} s</span>
              </li>
            ))}
          </ol>
        </>
      )}
      <p class="alert-ways">
        {alert.owner === "console" && <span class="judged">Judged here: Grafana is absent, no mail.</span>}
        {alert.owner === "grafana" && <span class="judged">Grafana's own rule.</span>}
        {alert.dashboard !== null && (
          <a href={alert.panel === null ? `/d/${alert.dashboard}` : `/d/${alert.dashboard}?viewPanel=${alert.panel}`}>
            Panel
          </a>
        )}
        {alert.runbook !== null && (
          <a href={alert.runbook} target="_blank" rel="noopener">
            Runbook <span aria-hidden="true">↗</span>
            <span class="hidden">(opens a new tab)</span>
          </a>
        )}
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
