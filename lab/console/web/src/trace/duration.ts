//! Microseconds as people say them.
import { seconds } from "../ui/format/units";

/** "840 µs", "12.3 ms", "1.20 s". */
export function duration(us: number): string {
  return us === 0 ? "0 µs" : seconds(us / 1e6);
}

/** Round steps for a ruler: at most so many marks from 0 to the end. */
export function marks(endUs: number, most: number): number[] {
  const least = Math.max(endUs, 1) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= least) ?? least;
  return Array.from({ length: Math.floor(endUs / step) + 1 }, (_, index) => index * step);
}
