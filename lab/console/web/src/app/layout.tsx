//! The frame of every page: header with navigation, and the main area.
import type { ComponentChildren } from "preact";
import type { ConnectionState } from "../api/connection";
import { lastEvent, useConnection } from "../api/events";
import { useLab } from "../api/lab";
import { useLocation } from "../router";
import { ThemeToggle } from "../theme/theme";
import { Banner } from "../ui/banner";
import { clock } from "../ui/format/time";
import { Menu, type MenuItem } from "../ui/menu";

const LINK_NAMES: Record<string, string> = {
  prometheus: "Prometheus",
  alertmanager: "Alertmanager",
  jaeger: "Jaeger",
  mailbox: "Mailbox",
  edge: "Envoy edge",
  envoy_admin: "Envoy admin",
  sink: "Metrics sink",
  balancer: "TCP balancer",
  balancer_rest: "TCP balancer REST API",
  influxdb: "InfluxDB",
  echo_server: "Echo server",
  web_client: "Web client",
  order_metrics: "Order service metrics",
};

export function Layout({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main">
        Skip to main content
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <DisconnectedBanner />
        {children}
      </main>
    </>
  );
}

function Header() {
  const lab = useLab();
  const { path } = useLocation();
  const tutorials: MenuItem[] = (lab?.tutorials ?? []).map(({ number, title, started }) => ({
    text: `${number}. ${title}`,
    href: `/tutorials/${number}`,
    hint: started ? undefined : "not running",
    current: path === `/tutorials/${number}`,
  }));
  const dashboards: MenuItem[] = (lab?.dashboards ?? []).map(({ uid, title, folder }) => ({
    text: title,
    href: `/d/${uid}`,
    hint: folder,
    current: path.startsWith(`/d/${uid}`),
  }));
  for (const { folder, file, reason } of lab?.unread_dashboards ?? []) {
    dashboards.push({ text: `${folder}/${file}`, hint: `not shown: ${reason}` });
  }
  const links: MenuItem[] = Object.entries({ grafana: lab?.grafana ?? null, ...lab?.links }).flatMap(([id, url]) =>
    url ? [{ text: LINK_NAMES[id] ?? nameOf(id), href: url, external: true }] : [],
  );
  return (
    <header class="top">
      <a class="brand" href="/">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M3 22l7-9 6 6 4-11 9 14" />
        </svg>
        <span>{lab?.name ?? "Lookout"}</span>
      </a>
      <nav aria-label="Main">
        <a class="tab" href="/" aria-current={path === "/" ? "page" : undefined}>
          Overview
        </a>
        <Menu label="Tutorials" items={tutorials} current={path.startsWith("/tutorials/")} />
        <Menu label="Dashboards" items={dashboards} current={path.startsWith("/d/")} />
        <a class="tab" href="/t" aria-current={path === "/t" || path.startsWith("/t/") ? "page" : undefined}>
          Traces
        </a>
        <Menu label="Links" items={links} />
      </nav>
      <div class="top-end">
        <ConnectionStatus />
        <ThemeToggle />
      </div>
    </header>
  );
}

/** "grafana_admin" as "Grafana admin". */
function nameOf(id: string): string {
  const words = id.replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const CONNECTION_NAMES: Record<ConnectionState, string> = {
  connecting: "Connecting",
  live: "Live",
  stale: "Stale",
  reconnecting: "Reconnecting",
  disconnected: "Disconnected",
};

function ConnectionStatus() {
  const { state, reason } = useConnection();
  const hint = {
    connecting: "Waiting for the first event",
    live: "Receiving events",
    stale: `No topology ${since()}; the data shown may be out of date`,
    reconnecting: reason ?? "Waiting for the first event of the new stream",
    disconnected: reason ?? "",
  }[state];
  return (
    <span class="live" data-connection={state} role="status" title={hint}>
      <span class="dot" aria-hidden="true" />
      <span class="live-text">{CONNECTION_NAMES[state]}</span>
    </span>
  );
}

/** Says why the page receives no events, for example a limit of the console. */
function DisconnectedBanner() {
  const { state, reason } = useConnection();
  if (state !== "disconnected") return null;
  return (
    <Banner name="disconnected">
      <b>Disconnected: no live data {since()}.</b> {reason}. The page tries again.
    </Banner>
  );
}

/** "since 15:04:05", or "yet". */
function since(): string {
  return lastEvent() > 0 ? `since ${clock(lastEvent())}` : "yet";
}
