//! A single live panel outside its dashboard, for tutorials.
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, reason } from "../../api/client";
import type { Dashboard } from "../../api/dashboard";
import { Loading, Problem } from "../../ui/states";
import { Session } from "../session";
import { SourceBanner } from "../source-banner";
import { intervalMs } from "../url";
import { Panel } from "./panel";
import "../dashboard.css";

interface Props {
  dashboard: string;
  panel: number;
  /** Pixels; defaults to the height in the dashboard. */
  height?: number;
  /** Start of the time range. */
  from?: string;
}

const DEFAULT_REFRESH_MS = 5_000;
const ROW_PX = 38;

export function PanelView({ dashboard: uid, panel, height, from = "now-5m" }: Props) {
  const [dashboard, setDashboard] = useState<Dashboard | null>(null);
  const [error, setError] = useState<string | null>(null);
  const session = useMemo(() => new Session(uid), [uid]);

  useEffect(() => {
    const controller = new AbortController();
    get<Dashboard>(`/api/dashboards/${encodeURIComponent(uid)}`, controller.signal).then(
      setDashboard,
      (error: unknown) => {
        if (!controller.signal.aborted) setError(reason(error));
      },
    );
    return () => {
      controller.abort();
      session.close();
    };
  }, [uid, session]);

  useEffect(() => {
    if (!dashboard) return;
    session.query({
      from,
      to: "now",
      variables: Object.fromEntries(dashboard.variables.map(({ name, current }) => [name, current])),
    });
    session.refreshEvery(intervalMs(dashboard.refresh) || DEFAULT_REFRESH_MS);
  }, [dashboard, session, from]);

  const head = dashboard?.panels.find(({ id }) => id === panel);
  if (error !== null) return <Problem title="Could not load this panel">{error}</Problem>;
  if (!dashboard) return <Loading />;
  if (!head) return <Problem title={`${dashboard.title} has no panel ${panel}`} />;
  const menu = [
    { text: "View panel", href: `/d/${uid}?viewPanel=${panel}` },
    { text: "Open dashboard", href: `/d/${uid}` },
  ];
  return (
    <>
      <SourceBanner session={session} />
      <Panel
        eager
        head={head}
        session={session}
        menu={menu}
        style={{ height: `${height ?? head.grid.h * ROW_PX - 8}px` }}
      />
    </>
  );
}
