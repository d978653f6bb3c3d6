//! Durations of spans.
import { seconds } from "../ui/format/number";

/** "840 µs", "12.3 ms", "1.20 s", from microseconds. */
export function duration(us: number): string {
  return us === 0 ? "0 µs" : seconds(us / 1e6);
}

const UNITS = [
  { suffix: "s", us: 1_000_000 },
  { suffix: "ms", us: 1_000 },
  { suffix: "µs", us: 1 },
] as const;

/** Fewer decimals cannot tell the short durations of a column apart, more are noise. */
const MAX_DECIMALS = 3;

/** Formats durations of one column, all in microseconds, in one unit with the same decimals: those of the longest. */
export function durationsFormat(all: readonly number[]): (us: number) => string {
  const longest = Math.max(0, ...all);
  const unit = UNITS.find(({ us }) => longest >= us) ?? UNITS[2];
  const shortest = Math.min(...all.filter((us) => us > 0)) / unit.us;
  const forLongest = longest / unit.us >= 100 ? 0 : longest / unit.us >= 10 ? 1 : 2;
  const forShortest = Number.isFinite(shortest) ? Math.ceil(-Math.log10(shortest)) : 0;
  const decimals = unit.us === 1 ? 0 : Math.min(Math.max(forLongest, forShortest), MAX_DECIMALS);
  const smallest = 10 ** -decimals;
  return (us) => {
    const value = us / unit.us;
    if (value > 0 && value < smallest / 2) return `< ${smallest.toFixed(decimals)} ${unit.suffix}`;
    return `${value.toFixed(decimals)} ${unit.suffix}`;
  };
}

/** Formats the marks of a ruler, in the unit of the last one, without trailing zeros. */
export function marksFormat(marks: readonly number[]): (us: number) => string {
  const last = marks.at(-1) ?? 0;
  const unit = UNITS.find(({ us }) => last >= us) ?? UNITS[2];
  return (us) => `${Number((us / unit.us).toPrecision(6))} ${unit.suffix}`;
}

/** Round marks of a time ruler from 0 to the end, both in microseconds. */
export function rulerMarks(endUs: number, maxIntervals: number): number[] {
  const minStep = Math.max(endUs, 1) / maxIntervals;
  const power = 10 ** Math.floor(Math.log10(minStep));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= minStep) ?? minStep;
  return Array.from({ length: Math.floor(endUs / step) + 1 }, (_, index) => index * step);
}
