//! One live panel of a dashboard by itself, as tutorials show them.
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, reason } from "../api/client";
import type { Dashboard } from "../api/dashboard";
import { Loading, Problem } from "../ui/states";
import { Panel } from "./panel/panel";
import { Session } from "./session";
import { intervalMs } from "./url";
import "./dashboard.css";

interface Props {
  dashboard: string;
  panel: number;
  /** In px; by default as high as the dashboard has it. */
  height?: number;
  /** How far back it looks. */
  from?: string;
}

const DEFAULT_EVERY_MS = 5_000;
const ROW_PX = 38;

export function PanelView({ dashboard: uid, panel, height, from = "now-5m" }: Props) {
  const [dashboard, setDashboard] = useState<Dashboard | null>(null);
  const [failed, fail] = useState<string | null>(null);
  const session = useMemo(() => new Session(uid), [uid]);

  useEffect(() => {
    const control = new AbortController();
    get<Dashboard>(`/api/dashboards/${encodeURIComponent(uid)}`, control.signal).then(
      setDashboard,
      (error: unknown) => {
        if (!control.signal.aborted) fail(reason(error));
      },
    );
    return () => {
      control.abort();
      session.close();
    };
  }, [uid, session]);

  useEffect(() => {
    if (!dashboard) return;
    session.ask({
      from,
      to: "now",
      variables: Object.fromEntries(dashboard.variables.map(({ name, current }) => [name, current])),
    });
    session.every(intervalMs(dashboard.refresh) || DEFAULT_EVERY_MS);
  }, [dashboard, session, from]);

  const head = dashboard?.panels.find(({ id }) => id === panel);
  if (failed !== null) return <Problem title="This panel could not be loaded">{failed}</Problem>;
  if (!dashboard) return <Loading />;
  if (!head) return <Problem title={`${dashboard.title} has no panel ${panel}`} />;
  const menu = [
    { text: "Open alone", href: `/d/${uid}?viewPanel=${panel}` },
    { text: "Open the dashboard", href: `/d/${uid}` },
  ];
  return (
    <Panel
      eager
      head={head}
      session={session}
      menu={menu}
      style={{ height: `${height ?? head.grid.h * ROW_PX - 8}px` }}
    />
  );
}
