//! The state of the connection to the console, from that of the event stream and the age of its newest topology.
import type { StreamStatus } from "./stream/follow";

export type ConnectionState =
  | "connecting"
  | "live"
  /** The stream is open, but no topology has arrived for a while. */
  | "stale"
  /** The stream ended, and is opened again. */
  | "reconnecting"
  /** The stream cannot be opened; it is tried again. */
  | "disconnected";

export interface Connection {
  state: ConnectionState;
  /** Why the stream ended or cannot be opened; null if it is open. */
  reason: string | null;
}

/** The server sends the topology every second, so a longer pause means a problem. */
export const STALE_AFTER_MS = 5_000;

/** `last` is the time of the last topology, 0 before the first. Times are in ms since 1970. */
export function connectionOf(status: StreamStatus, last: number, now: number): Connection {
  switch (status.state) {
    case "connecting":
      return { state: "connecting", reason: null };
    case "lost":
      return { state: status.failed ? "disconnected" : "reconnecting", reason: status.reason };
    case "open":
      if (now - Math.max(last, status.since) > STALE_AFTER_MS) return { state: "stale", reason: null };
      return { state: last >= status.since ? "live" : last > 0 ? "reconnecting" : "connecting", reason: null };
  }
}
