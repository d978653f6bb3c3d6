//! What stands on every page: the header, its navigation, and the place for the page itself.
import type { ComponentChildren } from "preact";
import { useConnection } from "../api/events";
import { useLab } from "../api/lab";
import { ThemeToggle } from "../theme/toggle";
import { Menu, type MenuItem } from "../ui/menu";
import { usePlace } from "./router";

const LINK_NAMES: Record<string, string> = {
  prometheus: "Prometheus",
  alertmanager: "Alertmanager",
  jaeger: "Jaeger",
  mailbox: "Mailbox",
  edge: "Envoy, edge",
  envoy_admin: "Envoy, admin",
  sink: "Metrics sink",
  balancer: "TCP balancer",
  balancer_rest: "TCP balancer, REST",
  influxdb: "InfluxDB",
  echo_server: "Echo server",
  web_client: "Web client",
  order_metrics: "Order service, metrics",
};

export function Layout({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function Header() {
  const lab = useLab();
  const { path } = usePlace();
  const tutorials: MenuItem[] = (lab?.tutorials ?? []).map(({ number, title, started }) => ({
    text: `${number}. ${title}`,
    href: `/tutorials/${number}`,
    hint: started ? undefined : "not started",
    current: path === `/tutorials/${number}`,
  }));
  const dashboards: MenuItem[] = (lab?.dashboards ?? []).map(({ uid, title, folder }) => ({
    text: title,
    href: `/d/${uid}`,
    hint: folder,
    current: path.startsWith(`/d/${uid}`),
  }));
  const links: MenuItem[] = Object.entries({ grafana: lab?.grafana ?? null, ...lab?.links }).flatMap(([id, url]) =>
    url ? [{ text: LINK_NAMES[id] ?? name(id), href: url, external: true }] : [],
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
          Picture
        </a>
        <Menu label="Tutorials" items={tutorials} current={path.startsWith("/tutorials/")} />
        <Menu label="Dashboards" items={dashboards} current={path.startsWith("/d/")} />
        <a class="tab" href="/t" aria-current={path === "/t" || path.startsWith("/t/") ? "page" : undefined}>
          Traces
        </a>
        <Menu label="Links" items={links} />
      </nav>
      <div class="top-end">
        <Live />
        <ThemeToggle />
      </div>
    </header>
  );
}

function name(id: string): string {
  const words = id.replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const STATUS = {
  connecting: { text: "Connecting", hint: "Waiting for the console's first event" },
  live: { text: "Live", hint: "Events come as things change" },
  stale: { text: "Stale", hint: "No event for some seconds: what is shown may be old. Trying again." },
};

function Live() {
  const connection = useConnection();
  const { text, hint } = STATUS[connection];
  return (
    <span class="live" data-connection={connection} role="status" title={hint}>
      <span class="dot" aria-hidden="true" />
      <span class="live-text">{text}</span>
    </span>
  );
}
