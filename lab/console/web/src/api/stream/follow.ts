//! Follows the console's event stream: reads it, notices when it ends or stalls, and reconnects.
import { readText, reason, send } from "../client";
import { EventParser, type ServerEvent } from "./parser";

export type StreamStatus =
  | { state: "connecting" }
  /** Times are in ms since 1970. */
  | { state: "open"; since: number }
  /** The stream ended, and is tried again; `failed` if that has failed at least once. */
  | { state: "lost"; reason: string; failed: boolean };

export interface Follower {
  onEvent: (event: ServerEvent) => void;
  onStatus: (status: StreamStatus) => void;
}

/** The server sends at least a comment every 10 s. */
const SILENCE_TIMEOUT_MS = 25_000;
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 15_000;

/** Follows the stream until the returned function is called. */
export function follow(path: string, { onEvent, onStatus }: Follower): () => void {
  const closed = new AbortController();
  const connect = (onOpen: () => void) =>
    send({ method: "GET", path, timeoutMs: SILENCE_TIMEOUT_MS, signal: closed.signal }, (response, deadline) => {
      onOpen();
      const parser = new EventParser();
      return readText(response, deadline, (text) => parser.push(text).forEach(onEvent));
    });
  const run = async () => {
    let wait = MIN_RETRY_MS;
    onStatus({ state: "connecting" });
    while (!closed.signal.aborted) {
      let opened = false;
      let cause = "The console ended the event stream";
      try {
        await connect(() => {
          opened = true;
          wait = MIN_RETRY_MS;
          onStatus({ state: "open", since: Date.now() });
        });
      } catch (error) {
        cause = reason(error);
      }
      if (closed.signal.aborted) return;
      onStatus({ state: "lost", reason: cause, failed: !opened });
      await pause(wait, closed.signal);
      if (!opened) wait = Math.min(wait * 2, MAX_RETRY_MS);
    }
  };
  void run();
  return () => closed.abort();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
