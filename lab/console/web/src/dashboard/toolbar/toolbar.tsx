//! The dashboard toolbar: title, variables, links, time range and refresh.
import type { Dashboard } from "../../api/dashboard";
import { useLab } from "../../api/lab";
import { useStore } from "../../api/store";
import { Menu } from "../../ui/menu";
import type { Range } from "../range";
import type { Session } from "../session";
import { TimePicker } from "./time-picker";
import { VariablePicker } from "./variable";

interface Props {
  dashboard: Dashboard;
  session: Session;
  range: Range;
  interval: string;
  /** The query of this page, also passed to Grafana. */
  query: string;
  onRange: (range: Range) => void;
  onInterval: (interval: string) => void;
  onVariable: (name: string, values: string[]) => void;
}

export function Toolbar({ dashboard, session, range, interval, query, onRange, onInterval, onVariable }: Props) {
  const grafana = useLab()?.grafana;
  return (
    <div class="toolbar">
      <h1>
        <span class="folder">{dashboard.folder}</span>
        <span class="quiet"> / </span>
        {dashboard.title}
      </h1>
      <div class="toolbar-variables">
        {dashboard.variables.map((variable) => (
          <VariablePicker
            key={variable.name}
            variable={variable}
            onPick={(values) => onVariable(variable.name, values)}
          />
        ))}
      </div>
      <div class="toolbar-end">
        {dashboard.links.length > 0 && (
          <Menu
            label="Related"
            align="end"
            items={dashboard.links.map(({ title, url, external }) => ({ text: title, href: url, external }))}
          />
        )}
        {grafana && (
          <a
            class="toolbar-link"
            href={`${grafana}/d/${dashboard.uid}${query && `?${query}`}`}
            target="_blank"
            rel="noopener"
          >
            Open in Grafana
          </a>
        )}
        <TimePicker range={range} onPick={onRange} />
        <Refresh session={session} interval={interval} options={dashboard.refresh_options} onPick={onInterval} />
      </div>
    </div>
  );
}

interface RefreshProps {
  session: Session;
  interval: string;
  options: string[];
  onPick: (interval: string) => void;
}

/** A refresh button, and a select for the refresh interval. */
function Refresh({ session, interval, options, onPick }: RefreshProps) {
  const busy = useStore(session.busy);
  const error = useStore(session.error);
  const choices = options.includes(interval) || interval === "" ? options : [interval, ...options];
  return (
    <div class="group">
      <button
        type="button"
        class="control"
        data-busy={busy}
        data-failed={error !== null}
        aria-label="Refresh"
        title={error ?? "Refresh now"}
        onClick={() => session.refresh()}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M13.5 8a5.5 5.5 0 01-9.9 3.3M2.5 8a5.5 5.5 0 019.9-3.3M12.6 1.8v3h-3M3.4 14.2v-3h3" />
        </svg>
      </button>
      <select
        class="control"
        aria-label="Refresh interval"
        value={interval}
        onChange={(event) => onPick(event.currentTarget.value)}
      >
        <option value="">Off</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </div>
  );
}
