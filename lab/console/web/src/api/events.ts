//! The server's events: one EventSource for the whole page, open while something watches it.
import { store, useStore } from "./store";
import type { Alert, Faults, LabMap, MailHead } from "./types";

/** "stale": connected once, and nothing has come for a while. */
export type Connection = "connecting" | "live" | "stale";

export interface Events {
  map: LabMap | null;
  alerts: Alert[] | null;
  mails: MailHead[] | null;
  faults: Faults | null;
}

/** The map comes each second; so long without any event means that something is wrong. */
const STALE_AFTER_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;

const newest = store<Events>({ map: null, alerts: null, mails: null, faults: null }, open);
/** Watching it opens the stream, too. */
const connection = store<Connection>("connecting", () => newest.subscribe(() => {}));
let last = 0;

/** The newest state of each kind, null until it has come. */
export function useEvents(): Events {
  return useStore(newest);
}

export function useConnection(): Connection {
  return useStore(connection);
}

/** When the last event came, in ms since 1970; 0: none yet. */
export function lastEvent(): number {
  return last;
}

function open(): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_RETRY_MS;

  const connect = () => {
    source = new EventSource("/api/events");
    listen(source, "map");
    listen(source, "alerts");
    listen(source, "mails");
    listen(source, "faults");
    source.onopen = () => {
      wait = FIRST_RETRY_MS;
    };
    // A dropped connection is taken up again by the browser; a refused one is not.
    source.onerror = () => {
      connection.set(last ? "stale" : "connecting");
      if (source?.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LAST_RETRY_MS);
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
