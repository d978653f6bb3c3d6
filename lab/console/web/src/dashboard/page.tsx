//! A dashboard in Grafana's layout. Its time range, variables and open panel are in the query.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, reason } from "../api/client";
import type { Dashboard, PanelHead } from "../api/dashboard";
import { useLab, useTitle } from "../api/lab";
import { useStore } from "../api/store";
import { navigate, useLocation } from "../router";
import { Banner } from "../ui/banner";
import type { MenuItem } from "../ui/menu";
import { Loading, Problem } from "../ui/states";
import { toast } from "../ui/toast";
import { ZoomContext } from "./chart/pointer";
import { Grid } from "./grid";
import { Panel } from "./panel/panel";
import { type Range, widened } from "./range";
import { Session } from "./session";
import { SourceBanner } from "./source-banner";
import { Toolbar } from "./toolbar/toolbar";
import { appendVariables, type DashboardQuery, intervalMs, parseQuery, writeQuery } from "./url";
import "./dashboard.css";

/** `/d/UID` */
export function DashboardPage({ uid }: { uid: string }) {
  const { query } = useLocation();
  const params = useMemo(() => parseQuery(query), [query]);
  const { dashboard, error } = useDashboard(uid, params);
  const session = useMemo(() => new Session(uid), [uid]);
  const grafana = useLab()?.grafana;
  useTitle(dashboard?.title ?? uid);
  useEffect(() => () => session.close(), [session]);

  const range: Range = {
    from: params.from ?? dashboard?.time.from ?? "now-15m",
    to: params.to ?? dashboard?.time.to ?? "now",
  };
  const interval = params.refresh ?? dashboard?.refresh ?? "";
  useEffect(() => {
    if (!dashboard) return;
    const variables = dashboard.variables.map(({ name, current }) => [name, params.variables[name] ?? current]);
    session.query({ ...range, variables: Object.fromEntries(variables) });
  }, [dashboard, session, range.from, range.to, query]);
  useEffect(() => session.refreshEvery(intervalMs(interval)), [session, interval]);

  const change = (changes: Partial<DashboardQuery>) => navigate(pathOf(uid, { ...params, ...changes }));
  const zoom = useZoomHistory(range, change);
  const ready = useReady(session);

  if (!dashboard)
    return error === null ? (
      <Loading what="Loading the dashboard" />
    ) : (
      <Problem title="Could not load this dashboard">{error}</Problem>
    );

  const menu = (head: PanelHead): MenuItem[] => {
    const link = pathOf(uid, { ...params, viewPanel: head.id });
    return [
      params.viewPanel === head.id
        ? { text: "Back to the dashboard", href: pathOf(uid, { ...params, viewPanel: null }) }
        : { text: "View panel", href: link },
      ...(grafana ? [{ text: "Open in Grafana", href: grafana + link, external: true }] : []),
      { text: "Copy link", onPick: () => void copyLink(location.origin + link) },
    ];
  };
  const single = dashboard.panels.find(({ id }) => id === params.viewPanel);
  return (
    <ZoomContext.Provider value={zoom}>
      <div class="dashboard" data-dashboard={uid} data-state={ready ? "ready" : "loading"}>
        <Toolbar
          dashboard={dashboard}
          session={session}
          range={range}
          interval={interval}
          query={query}
          onRange={change}
          onInterval={(refresh) => change({ refresh })}
          onVariable={(name, values) => change({ variables: { ...params.variables, [name]: values } })}
        />
        {error !== null && <Problem title="Could not load the dashboard's variables">{error}</Problem>}
        <SourceBanner session={session} />
        {params.viewPanel !== null && !single && (
          <Banner name="no-panel">This dashboard has no panel {params.viewPanel}.</Banner>
        )}
        {dashboard.unknown.length > 0 && (
          <details class="quiet">
            <summary>The console does not support {dashboard.unknown.length} settings of this dashboard</summary>
            <ul>
              {dashboard.unknown.map((setting) => (
                <li key={setting}>{setting}</li>
              ))}
            </ul>
          </details>
        )}
        {single ? (
          <div class="single">
            <a href={pathOf(uid, { ...params, viewPanel: null })}>Back to {dashboard.title}</a>
            <Panel key={single.id} head={single} session={session} menu={menu(single)} level={2} />
          </div>
        ) : (
          <Grid key={uid} dashboard={dashboard} session={session} menu={menu} />
        )}
      </div>
    </ZoomContext.Provider>
  );
}

function pathOf(uid: string, params: DashboardQuery): string {
  const query = writeQuery(params);
  return `/d/${uid}${query && `?${query}`}`;
}

async function copyLink(url: string): Promise<void> {
  await navigator.clipboard.writeText(url);
  toast("Link copied.", "good");
}

interface DashboardState {
  dashboard: Dashboard | null;
  error: string | null;
}

/**
 * Loads the dashboard, again when the time range or variables change, because the options of its variables depend on
 * them. The last one stays until the next is loaded.
 */
function useDashboard(uid: string, { from, to, variables }: DashboardQuery): DashboardState {
  const [state, setState] = useState<DashboardState>({ dashboard: null, error: null });
  const query = new URLSearchParams();
  if (from !== null) query.set("from", from);
  if (to !== null) query.set("to", to);
  appendVariables(query, variables);
  const path = `/api/dashboards/${encodeURIComponent(uid)}?${query}`;

  useEffect(() => {
    const controller = new AbortController();
    get<Dashboard>(path, controller.signal).then(
      (dashboard) => setState({ dashboard, error: null }),
      (error: unknown) => {
        if (!controller.signal.aborted) setState(({ dashboard }) => ({ dashboard, error: reason(error) }));
      },
    );
    return () => controller.abort();
  }, [path]);
  return state;
}

/** Dragging zooms in. A double click restores the previous range, or widens the range if there is none. */
function useZoomHistory(range: Range, change: (changes: Partial<DashboardQuery>) => void) {
  const latest = useRef({ range, change, history: [] as Range[] });
  latest.current.range = range;
  latest.current.change = change;
  return useMemo(
    () => ({
      to: (from: number, to: number) => {
        latest.current.history.push(latest.current.range);
        latest.current.change({ from: String(from), to: String(to) });
      },
      back: () => latest.current.change(latest.current.history.pop() ?? widened(latest.current.range, Date.now())),
    }),
    [],
  );
}

/** True once the visible panels are loaded and no request is in flight. */
function useReady(session: Session): boolean {
  const busy = useStore(session.busy);
  const duration = useStore(session.durationMs);
  return !busy && duration !== null;
}
