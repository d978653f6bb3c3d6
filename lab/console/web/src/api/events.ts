//! The newest server-sent events, received while a component is subscribed.
import { type Connection, connectionOf } from "./connection";
import { store, useStore } from "./store";
import type { StreamStatus } from "./stream/follow";
import type { StreamMessage } from "./stream/messages";
import { receiveEvents } from "./stream/source";
import type { Alert, AlertSource, Faults, LabMap, MailHead } from "./types";

export interface Events {
  map: LabMap | null;
  alerts: Alert[] | null;
  mails: MailHead[] | null;
  faults: Faults | null;
  sources: AlertSource[] | null;
}

const CHECK_INTERVAL_MS = 1_000;
const NONE: Events = { map: null, alerts: null, mails: null, faults: null, sources: null };

const newest = store<Events>(NONE, open);
/** Subscribing to it receives events as well. */
const connection = store<Connection>({ state: "connecting", reason: null }, () => newest.subscribe(() => {}));
let last = 0;

/** The newest event of each kind; null until the first arrives. */
export function useEvents(): Events {
  return useStore(newest);
}

export function useConnection(): Connection {
  return useStore(connection);
}

/** Time of the last topology in ms since 1970; 0 before the first. */
export function lastEvent(): number {
  return last;
}

function open(): () => void {
  let status: StreamStatus = { state: "connecting" };
  const update = () => {
    const next = connectionOf(status, last, Date.now());
    const { state, reason } = connection.get();
    if (next.state !== state || next.reason !== reason) connection.set(next);
  };
  const receive = (message: StreamMessage) => {
    if (message.kind === "status") status = message.status;
    else if (message.name in NONE) {
      if (message.name === "map") last = message.at;
      newest.set({ ...newest.get(), [message.name]: JSON.parse(message.data) });
    }
    update();
  };
  const close = receiveEvents(receive);
  const timer = setInterval(update, CHECK_INTERVAL_MS);
  document.addEventListener("visibilitychange", update);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", update);
    close();
  };
}
