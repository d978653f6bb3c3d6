//! Shared worker: one event stream for all tabs of a browser, which allows only six connections to a host.
import { follow, type StreamStatus } from "./follow";
import { EVENTS_PATH, HEARTBEAT_MS, LEAVE, type StreamMessage } from "./messages";

/** The latest message of each event, for tabs that join later. */
const latest = new Map<string, StreamMessage>();
const ports = new Set<MessagePort>();
let status: StreamStatus = { state: "connecting" };
let close: (() => void) | null = null;

function post(message: StreamMessage): void {
  for (const port of ports) port.postMessage(message);
}

function join(port: MessagePort): void {
  ports.add(port);
  const leave = () => {
    ports.delete(port);
    if (ports.size > 0) return;
    close?.();
    close = null;
    latest.clear();
    status = { state: "connecting" };
  };
  port.onmessage = ({ data }) => data === LEAVE && leave();
  port.addEventListener("close", leave);
  port.postMessage({ kind: "status", status } satisfies StreamMessage);
  for (const message of latest.values()) port.postMessage(message);
  close ??= follow(EVENTS_PATH, {
    onEvent: ({ name, data }) => {
      const message: StreamMessage = { kind: "event", name, data, at: Date.now() };
      latest.set(name, message);
      post(message);
    },
    onStatus: (next) => {
      status = next;
      post({ kind: "status", status });
    },
  });
}

// Shows tabs that this worker runs.
setInterval(() => post({ kind: "status", status }), HEARTBEAT_MS);

// The worker's global scope; the types are a window's.
const scope = globalThis as unknown as { onconnect: (event: MessageEvent) => void };
scope.onconnect = ({ ports: [port] }) => {
  if (port) join(port);
};
