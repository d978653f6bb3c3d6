//! The alert list panel.
import type { Alert } from "../../api/types";
import { Badge, type Tone } from "../../ui/badge";
import { Relative } from "../../ui/time";

const TONES: Record<Alert["state"], Tone> = { inactive: "good", pending: "warn", firing: "bad" };
const ORDER: Alert["state"][] = ["firing", "pending", "inactive"];

export function AlertList({ alerts }: { alerts: Alert[] }) {
  const sorted = [...alerts].sort(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name),
  );
  return (
    <ul class="alert-list">
      {sorted.map(({ name, state, since, summary, dashboard, panel }) => (
        <li key={name} data-name={name} data-last={state}>
          <Badge tone={TONES[state]}>{state}</Badge>
          <span>
            {dashboard ? <a href={`/d/${dashboard}${panel === null ? "" : `?viewPanel=${panel}`}`}>{name}</a> : name}
            <span class="quiet"> {summary}</span>
          </span>
          {state !== "inactive" && <Relative at={since} />}
        </li>
      ))}
    </ul>
  );
}
