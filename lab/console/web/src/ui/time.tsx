//! Points in time and how long ago they are.
import { store, useStore } from "../api/store";
import { age, clock, day } from "./format/time";

const TICK_MS = 1_000;
const now = store(Date.now(), () => {
  const timer = setInterval(() => now.set(Date.now()), TICK_MS);
  return () => clearInterval(timer);
});

/** The time of day, with the full date in the tooltip. */
export function Time({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={`${day(at)} ${clock(at)}`}>
      {clock(at)}
    </time>
  );
}

/** "12 s ago" or "in 12 s"; counts along. */
export function Relative({ at }: { at: number }) {
  const current = useStore(now);
  return (
    <time dateTime={new Date(at).toISOString()} title={`${day(at)} ${clock(at)}`}>
      {age(at - Math.max(current, Date.now() - TICK_MS))}
    </time>
  );
}
