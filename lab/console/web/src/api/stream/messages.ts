//! What a tab and the shared worker send each other.
import type { StreamStatus } from "./follow";

/** `at` is the time of arrival in ms since 1970, and `data` is JSON. */
export type StreamMessage =
  | { kind: "event"; name: string; data: string; at: number }
  | { kind: "status"; status: StreamStatus };

/** A tab sends it before it is closed. */
export const LEAVE = "leave";
export const EVENTS_PATH = "/api/events";
/** The worker repeats its status at this interval. */
export const HEARTBEAT_MS = 2_000;
