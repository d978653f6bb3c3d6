//! Server-sent events: one EventSource for the page, open while a component is subscribed.
import { store, useStore } from "./store";
import type { Alert, Faults, LabMap, MailHead } from "./types";

/** "stale": connected before, but no event arrived for a while. */
export type Connection = "connecting" | "live" | "stale";

export interface Events {
  map: LabMap | null;
  alerts: Alert[] | null;
  mails: MailHead[] | null;
  faults: Faults | null;
}

/** The server sends the topology every second, so a longer pause means a problem. */
const STALE_AFTER_MS = 5_000;
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 15_000;

const newest = store<Events>({ map: null, alerts: null, mails: null, faults: null }, open);
/** Subscribing to it opens the stream as well. */
const connection = store<Connection>("connecting", () => newest.subscribe(() => {}));
let last = 0;

/** The newest event of each kind; null until the first arrives. */
export function useEvents(): Events {
  return useStore(newest);
}

export function useConnection(): Connection {
  return useStore(connection);
}

/** Time of the last event in ms since 1970; 0 before the first. */
export function lastEvent(): number {
  return last;
}

function open(): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let wait = MIN_RETRY_MS;

  const connect = () => {
    source = new EventSource("/api/events");
    listen(source, "map");
    listen(source, "alerts");
    listen(source, "mails");
    listen(source, "faults");
    source.onopen = () => {
      wait = MIN_RETRY_MS;
    };
    // The browser reconnects after a dropped connection, but not after an error response.
    source.onerror = () => {
      connection.set(last ? "stale" : "connecting");
      if (source?.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(connect, wait);
      wait = Math.min(wait * 2, MAX_RETRY_MS);
    };
  };
  const watch = setInterval(() => {
    if (last && Date.now() - last > STALE_AFTER_MS) connection.set("stale");
  }, 1_000);

  connect();
  return () => {
    clearInterval(watch);
    clearTimeout(retry);
    source?.close();
  };
}

function listen<K extends keyof Events>(source: EventSource, kind: K) {
  source.addEventListener(kind, (event: MessageEvent<string>) => {
    last = Date.now();
    connection.set("live");
    newest.set({ ...newest.get(), [kind]: JSON.parse(event.data) as Events[K] });
  });
}
