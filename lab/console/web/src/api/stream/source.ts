//! A tab's access to the event stream: through the shared worker, or a stream of its own in a browser without one.
import { follow } from "./follow";
import { EVENTS_PATH, HEARTBEAT_MS, LEAVE, type StreamMessage } from "./messages";

/** A worker that is silent for this time has crashed or is frozen. */
const WORKER_TIMEOUT_MS = 5 * HEARTBEAT_MS;

type Receive = (message: StreamMessage) => void;

/** Receives messages until the returned function is called. */
export function receiveEvents(receive: Receive): () => void {
  let close = () => {};
  const own = () => {
    close();
    close = followWhileVisible(receive);
  };
  const start = () => {
    close();
    if (typeof SharedWorker === "undefined") own();
    else close = followShared(receive, own);
  };
  // The browser may keep a page that the user left, and show it again.
  const onHide = () => close();
  const onShow = ({ persisted }: PageTransitionEvent) => persisted && start();
  addEventListener("pagehide", onHide);
  addEventListener("pageshow", onShow);
  start();
  return () => {
    removeEventListener("pagehide", onHide);
    removeEventListener("pageshow", onShow);
    close();
  };
}

/** Calls `fail` if the worker cannot be started, or is silent again after it was joined again. */
function followShared(receive: Receive, fail: () => void): () => void {
  let port = joinWorker();
  let heard = Date.now();
  let rejoined = false;

  function joinWorker(): MessagePort {
    const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "events" });
    worker.onerror = () => {
      leave();
      fail();
    };
    worker.port.onmessage = ({ data }: MessageEvent<StreamMessage>) => {
      heard = Date.now();
      rejoined = false;
      receive(data);
    };
    return worker.port;
  }
  const check = setInterval(() => {
    if (document.hidden || Date.now() - heard < WORKER_TIMEOUT_MS) return;
    leavePort();
    if (rejoined) {
      leave();
      fail();
    } else {
      rejoined = true;
      heard = Date.now();
      port = joinWorker();
    }
  }, HEARTBEAT_MS);
  // A hidden tab's timers are slow, and a frozen one's messages wait: the worker has time to be heard again.
  const onVisible = () => {
    if (!document.hidden) heard = Date.now();
  };
  document.addEventListener("visibilitychange", onVisible);

  function leavePort(): void {
    port.postMessage(LEAVE);
    port.close();
  }
  function leave(): void {
    clearInterval(check);
    document.removeEventListener("visibilitychange", onVisible);
    leavePort();
  }
  return leave;
}

/** Closes the stream while the tab is hidden, so that the connections suffice for the visible ones. */
function followWhileVisible(receive: Receive): () => void {
  let close: (() => void) | null = null;
  const update = () => {
    if (document.hidden) {
      close?.();
      close = null;
    } else {
      close ??= follow(EVENTS_PATH, {
        onEvent: ({ name, data }) => receive({ kind: "event", name, data, at: Date.now() }),
        onStatus: (status) => receive({ kind: "status", status }),
      });
    }
  };
  document.addEventListener("visibilitychange", update);
  update();
  return () => {
    document.removeEventListener("visibilitychange", update);
    close?.();
  };
}
