//! Durations of spans.
import { seconds } from "../ui/format/number";

/** "840 µs", "12.3 ms", "1.20 s", from microseconds. */
export function duration(us: number): string {
  return us === 0 ? "0 µs" : seconds(us / 1e6);
}

/** Round marks of a time ruler from 0 to the end, both in microseconds. */
export function rulerMarks(endUs: number, maxIntervals: number): number[] {
  const minStep = Math.max(endUs, 1) / maxIntervals;
  const power = 10 ** Math.floor(Math.log10(minStep));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= minStep) ?? minStep;
  return Array.from({ length: Math.floor(endUs / step) + 1 }, (_, index) => index * step);
}
