//! The time of now for what moves between two seconds.
import { useEffect, useState } from "preact/hooks";

/** Milliseconds since 1970; the component is drawn again every so many. */
export function useTicking(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
