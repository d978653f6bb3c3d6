//! /d/UID: a dashboard as Grafana would lay it out. All that can be chosen is in the address.
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { PanelHead } from "../api/dashboard";
import { useLab, useTitle } from "../api/lab";
import { useStore } from "../api/store";
import { navigate, usePlace } from "../app/router";
import type { MenuItem } from "../ui/menu";
import { Loading, Problem } from "../ui/states";
import { toast } from "../ui/toast";
import { Grid } from "./grid";
import { Panel } from "./panel/panel";
import { type Range, widened } from "./range";
import { Session } from "./session";
import { Toolbar } from "./toolbar/toolbar";
import { type Asked, intervalMs, parseAsked, writeAsked } from "./url";
import { useDashboard } from "./use-dashboard";
import { ZoomContext } from "./zoom";
import "./dashboard.css";

export function DashboardPage({ uid }: { uid: string }) {
  const { query } = usePlace();
  const asked = useMemo(() => parseAsked(query), [query]);
  const { dashboard, error } = useDashboard(uid, asked);
  const session = useMemo(() => new Session(uid), [uid]);
  const grafana = useLab()?.grafana;
  useTitle(dashboard?.title ?? uid);
  useEffect(() => () => session.close(), [session]);

  const range: Range = {
    from: asked.from ?? dashboard?.time.from ?? "now-15m",
    to: asked.to ?? dashboard?.time.to ?? "now",
  };
  const interval = asked.refresh ?? dashboard?.refresh ?? "";
  useEffect(() => {
    if (!dashboard) return;
    const known = dashboard.variables.map(({ name, current }) => [name, asked.variables[name] ?? current]);
    session.ask({ ...range, variables: Object.fromEntries(known) });
  }, [dashboard, session, range.from, range.to, query]);
  useEffect(() => session.every(intervalMs(interval)), [session, interval]);

  const change = (changes: Partial<Asked>) => navigate(address(uid, { ...asked, ...changes }));
  const zoom = useZooming(range, change);
  const settled = useSettled(session);

  if (!dashboard)
    return error === null ? (
      <Loading what="Loading the dashboard" />
    ) : (
      <Problem title="This dashboard could not be loaded">{error}</Problem>
    );

  const menu = (head: PanelHead): MenuItem[] => {
    const alone = asked.viewPanel === head.id;
    const link = address(uid, { ...asked, viewPanel: head.id });
    return [
      alone
        ? { text: "Back to the dashboard", href: address(uid, { ...asked, viewPanel: null }) }
        : { text: "View alone", href: link },
      ...(grafana ? [{ text: "Open in Grafana", href: grafana + link, external: true }] : []),
      { text: "Copy link", onPick: () => void copy(location.origin + link) },
    ];
  };
  const single = dashboard.panels.find(({ id }) => id === asked.viewPanel);
  return (
    <ZoomContext.Provider value={zoom}>
      <div class="dashboard" data-dashboard={uid} data-state={settled ? "ready" : "loading"}>
        <Toolbar
          dashboard={dashboard}
          session={session}
          range={range}
          interval={interval}
          query={query}
          onRange={change}
          onInterval={(refresh) => change({ refresh })}
          onVariable={(name, values) => change({ variables: { ...asked.variables, [name]: values } })}
        />
        {error !== null && <Problem title="The dashboard's variables could not be asked for">{error}</Problem>}
        {single ? (
          <div class="single">
            <a href={address(uid, { ...asked, viewPanel: null })}>Back to {dashboard.title}</a>
            <Panel key={single.id} head={single} session={session} menu={menu(single)} level={2} />
          </div>
        ) : (
          <Grid key={uid} dashboard={dashboard} session={session} menu={menu} />
        )}
      </div>
    </ZoomContext.Provider>
  );
}

function address(uid: string, asked: Asked): string {
  const query = writeAsked(asked);
  return `/d/${uid}${query && `?${query}`}`;
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast("The link is in the clipboard.", "good");
}

/** Dragging zooms in; a double click goes back, or wider where there is nothing to go back to. */
function useZooming(range: Range, change: (changes: Partial<Asked>) => void) {
  const newest = useRef({ range, change, before: [] as Range[] });
  newest.current.range = range;
  newest.current.change = change;
  return useMemo(
    () => ({
      to: (from: number, to: number) => {
        newest.current.before.push(newest.current.range);
        newest.current.change({ from: String(from), to: String(to) });
      },
      back: () => newest.current.change(newest.current.before.pop() ?? widened(newest.current.range, Date.now())),
    }),
    [],
  );
}

/** True once the panels in view have come at least once and none is under way. */
function useSettled(session: Session): boolean {
  const busy = useStore(session.busy);
  const took = useStore(session.took);
  return !busy && took !== null;
}
