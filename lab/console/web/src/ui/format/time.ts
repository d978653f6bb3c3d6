//! Times as text, in the browser's time zone. All times are in ms since 1970.

const two = (value: number) => String(value).padStart(2, "0");

/** "15:04:05" */
export function clock(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** "2026-11-21" */
export function day(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "2026-11-21 15:04:05" */
export function dateTime(ms: number): string {
  return `${day(ms)} ${clock(ms)}`;
}

const STEPS: [number, string][] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];

/** "12 s ago" for a negative difference in ms, "in 12 s" for a positive one. */
export function age(difference: number): string {
  const size = Math.abs(difference);
  for (const [step, name] of STEPS) {
    if (size < step) continue;
    const text = `${Math.floor(size / step)} ${name}`;
    return difference < 0 ? `${text} ago` : `in ${text}`;
  }
  return "now";
}
