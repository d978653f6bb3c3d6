//! Points in time, absolute and relative to now.
import { useEffect, useState } from "preact/hooks";
import { store, useStore } from "../api/store";
import { age, clock, day } from "./format/time";

const TICK_MS = 1_000;
const now = store(Date.now(), () => {
  const timer = setInterval(() => now.set(Date.now()), TICK_MS);
  return () => clearInterval(timer);
});

/** The time of day, with the full date in the tooltip. `at` is in ms since 1970. */
export function Time({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={`${day(at)} ${clock(at)}`}>
      {clock(at)}
    </time>
  );
}

/** "12 s ago" or "in 12 s", updated every second. `at` is in ms since 1970. */
export function Relative({ at }: { at: number }) {
  const current = useStore(now);
  return (
    <time dateTime={new Date(at).toISOString()} title={`${day(at)} ${clock(at)}`}>
      {age(at - Math.max(current, Date.now() - TICK_MS))}
    </time>
  );
}

/** The current time in ms since 1970; rerenders the component at this interval. */
export function useNow(intervalMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return now;
}
