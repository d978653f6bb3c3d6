//! Asks for a trace, and again while it is not there yet.
import { useCallback, useEffect, useState } from "preact/hooks";
import { ApiError, get, isAbort, reason } from "../api/client";
import type { Trace } from "../api/types";

/** The trace, or how the asking goes. */
export interface Asked {
  readonly trace: Trace | null;
  /** It was asked for once and was not there. */
  readonly waiting: boolean;
  /** Why it is given up. */
  readonly failed: string | null;
  readonly retry: () => void;
}

const EVERY_MS = 1000;
/** Spans leave the services twice a second; what is not there after ten seconds does not come. */
const GIVE_UP_MS = 10_000;
/** A trace just made grows: it is asked for until it has not changed for this many times. */
const SETTLED = 3;

/** By its id, 32 hexadecimal digits. */
export function useTrace(id: string): Asked {
  const [trace, setTrace] = useState<Trace | null>(null);
  const [waiting, setWaiting] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const began = Date.now();
    let spans = 0;
    let same = 0;
    const ask = async (): Promise<void> => {
      try {
        const found = await get<Trace>(`/api/traces/${encodeURIComponent(id)}`, stop.signal);
        same = found.spans.length === spans ? same + 1 : 0;
        spans = found.spans.length;
        if (same === 0) setTrace(found);
        const fresh = Date.now() - found.at < GIVE_UP_MS;
        if (fresh && same < SETTLED) timer = setTimeout(() => void ask(), EVERY_MS);
      } catch (error) {
        if (isAbort(error)) return;
        const later = error instanceof ApiError && error.status === 404 && Date.now() - began < GIVE_UP_MS;
        if (!later) return setFailed(reason(error));
        setWaiting(true);
        timer = setTimeout(() => void ask(), EVERY_MS);
      }
    };
    setTrace(null);
    setWaiting(false);
    setFailed(null);
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id, round]);
  const retry = useCallback(() => setRound((before) => before + 1), []);
  return { trace, waiting, failed, retry };
}
