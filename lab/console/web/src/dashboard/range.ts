//! Time ranges: Grafana's notation, resolved times, and texts.
import { clock, dateTime, day } from "../ui/format/time";
import { intervalMs } from "./url";

export interface Range {
  /** "now-15m" or ms since 1970. */
  from: string;
  to: string;
}

/** Predefined ranges: start and text. */
export const QUICK_RANGES: [string, string][] = [
  ["now-1m", "Last minute"],
  ["now-5m", "Last 5 minutes"],
  ["now-15m", "Last 15 minutes"],
  ["now-30m", "Last 30 minutes"],
  ["now-1h", "Last hour"],
  ["now-3h", "Last 3 hours"],
  ["now-6h", "Last 6 hours"],
  ["now-12h", "Last 12 hours"],
  ["now-24h", "Last 24 hours"],
  ["now-2d", "Last 2 days"],
  ["now-7d", "Last 7 days"],
];

/** Milliseconds since 1970 of "now", "now-15m" or a timestamp; null if the text is none of them. */
export function resolve(text: string, now: number): number | null {
  if (/^\d{10,}$/.test(text)) return Number(text);
  const match = /^now(?:-(\d+[smhdw]))?$/.exec(text);
  return match ? now - (match[1] ? intervalMs(match[1]) : 0) : null;
}

export function rangeText({ from, to }: Range): string {
  const quick = QUICK_RANGES.find(([text]) => text === from);
  if (to === "now")
    return quick ? quick[1] : /^now-/.test(from) ? `Last ${from.slice(4)}` : `${pointText(from)} to now`;
  const start = resolve(from, 0);
  const end = resolve(to, 0);
  const oneDay =
    start !== null && end !== null && day(start) === day(end) && !from.startsWith("now") && !to.startsWith("now");
  return oneDay ? `${dateTime(start)} to ${clock(end)}` : `${pointText(from)} to ${pointText(to)}`;
}

function pointText(text: string): string {
  return /^\d+$/.test(text) ? dateTime(Number(text)) : text;
}

/** The range at twice its length around the same middle, ending at now at the latest. */
export function widened({ from, to }: Range, now: number): Range {
  const start = resolve(from, now) ?? now - 900_000;
  const end = resolve(to, now) ?? now;
  const more = (end - start) / 2;
  return { from: String(Math.round(start - more)), to: end + more >= now ? "now" : String(Math.round(end + more)) };
}
