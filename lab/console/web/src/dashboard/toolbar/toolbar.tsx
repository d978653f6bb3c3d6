import type { Dashboard } from "../../api/dashboard";
import { useLab } from "../../api/lab";
import { Menu } from "../../ui/menu";
import type { Range } from "../range";
import type { Session } from "../session";
import { Refresh } from "./refresh";
import { TimePicker } from "./time-picker";
import { VariablePicker } from "./variable";

interface Props {
  dashboard: Dashboard;
  session: Session;
  range: Range;
  interval: string;
  /** This page's own query, which Grafana understands, too. */
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
