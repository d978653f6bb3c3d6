//! Numbers with units, formatted like Grafana: 1.23 ms, 4.50 kB, 12.3%, 1.20K req/s.
import type { Unit } from "../../api/dashboard";
import { dateTime } from "./time";

/** The number and its suffix, because stat panels draw them in different sizes. */
export interface Formatted {
  text: string;
  suffix: string;
}

const COUNTS = ["", " K", " Mil", " Bil", " Tri", " Quadr", " Quint", " Sext", " Sept"];
const RATES = ["", "K", "M", "B", "T"];
const SI = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
const SI_ONE = 5;
const IEC = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];

/** A unit of time. */
interface DurationStep {
  suffix: string;
  seconds: number;
  /** Seconds from which Grafana uses the next unit. */
  below: number;
}

const [MINUTE, HOUR, DAY, WEEK] = [60, 3_600, 86_400, 604_800];

/** Grafana's steps for each unit. They differ in the limits and in the length of a year. */
const LADDERS: [factor: number, steps: DurationStep[]][] = [
  [1e-9, [...fine("ns"), ...clockSteps(Infinity)]],
  [1e-6, [...fine("µs").slice(0, -1), { suffix: " s", seconds: 1, below: Infinity }]],
  [1e-3, [...fine("ms"), ...clockSteps(31_536_000), { suffix: " year", seconds: 31_536_000, below: Infinity }]],
  [1, [...fine("ns"), ...clockSteps(WEEK), ...weeks(31_536_000, 31_556_900)]],
  [MINUTE, [...clockSteps(WEEK), ...weeks(604_800 * MINUTE, 525_948 * MINUTE)]],
  [HOUR, [...clockSteps(WEEK).slice(1), ...weeks(31_536_000, 31_536_000)]],
  [DAY, [...clockSteps(WEEK).slice(2), ...weeks(31_536_000, 31_536_000)]],
];

function fine(from: "ns" | "µs" | "ms"): DurationStep[] {
  const steps = [
    { suffix: " ns", seconds: 1e-9, below: 1e-6 },
    { suffix: " µs", seconds: 1e-6, below: 1e-3 },
    { suffix: " ms", seconds: 1e-3, below: 1 },
    { suffix: " s", seconds: 1, below: MINUTE },
  ];
  return steps.slice(["ns", "µs", "ms"].indexOf(from));
}

function clockSteps(end: number): DurationStep[] {
  return [
    { suffix: " min", seconds: MINUTE, below: HOUR },
    { suffix: " hour", seconds: HOUR, below: DAY },
    { suffix: " day", seconds: DAY, below: end },
  ];
}

function weeks(below: number, year: number): DurationStep[] {
  return [
    { suffix: " week", seconds: WEEK, below },
    { suffix: " year", seconds: year, below: Infinity },
  ];
}

/** The divisor of a value, and the suffix of the quotient. */
export interface Scaled {
  divisor: number;
  suffix: string;
}

/** Selects the step of the unit's scale for a value. */
export function scaled(value: number, unit: Unit): Scaled {
  const base = value * unit.factor;
  switch (unit.scale) {
    case "short": {
      const steps = unit.suffix ? RATES : COUNTS;
      const step = clamp(power(base, 1000), 0, steps.length - 1);
      return { divisor: 1000 ** step / unit.factor, suffix: steps[step] + unit.suffix };
    }
    case "si": {
      const step = clamp(power(base, 1000), -SI_ONE, SI.length - SI_ONE - 1);
      return { divisor: 1000 ** step / unit.factor, suffix: ` ${SI[step + SI_ONE]}${unit.suffix.trim()}` };
    }
    case "iec": {
      const step = clamp(power(base, 1024), 0, IEC.length - 1);
      return { divisor: 1024 ** step / unit.factor, suffix: ` ${IEC[step]}${unit.suffix.trim()}` };
    }
    case "duration": {
      const { seconds, suffix } = duration(base, unit.factor);
      return { divisor: seconds / unit.factor, suffix };
    }
    case "percent":
      return { divisor: 1 / unit.factor, suffix: unit.suffix || "%" };
    case "plain":
    case "date":
      return { divisor: 1 / unit.factor, suffix: unit.suffix };
  }
}

/** The step for a size in seconds. Zero seconds are "0 s"; zero of any other unit has its finest step. */
function duration(seconds: number, factor: number): DurationStep {
  const steps = (LADDERS.find(([of]) => Math.abs(of / factor - 1) < 1e-6) ?? LADDERS[3])?.[1] ?? [];
  const size = seconds === 0 && factor === 1 ? 1 : Math.abs(seconds) * (1 + 1e-12);
  return steps.find(({ below }) => size < below) ?? { suffix: " s", seconds: 1, below: Infinity };
}

export function format(value: number, unit: Unit, decimals: number | null = null): Formatted {
  if (unit.scale === "date") return { text: dateTime(value * unit.factor), suffix: "" };
  if (!Number.isFinite(value)) return { text: value.toLocaleString(), suffix: "" };
  const { divisor, suffix } = scaled(value, unit);
  return { text: toFixed(value / divisor, decimals), suffix };
}

/** Number and suffix as one text. */
export function formatText(value: number, unit: Unit, decimals: number | null = null): string {
  const { text, suffix } = format(value, unit, decimals);
  return text + suffix;
}

/** Without `decimals`, three digits in total, and none after the point for whole numbers. */
export function toFixed(value: number, decimals: number | null = null): string {
  const places = Math.min(decimals ?? automatic(value), 20);
  if (value === 0) return (0).toFixed(places);
  const factor = 10 ** places;
  const rounded = Math.round(value * factor) / factor;
  const text = String(rounded);
  return text.includes("e") ? text : rounded.toFixed(places);
}

function automatic(value: number): number {
  if (value % 1 === 0) return 0;
  return Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
}

/** The power of the base below the value. The epsilon corrects rounding, so that 1000 has power 1. */
function power(value: number, base: number): number {
  if (value === 0) return 0;
  return Math.floor(Math.log10(Math.abs(value)) / Math.log10(base) + 1e-12);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export const SECONDS: Unit = { id: "s", scale: "duration", factor: 1, suffix: "" };
export const MILLISECONDS: Unit = { id: "ms", scale: "duration", factor: 0.001, suffix: "" };
export const BYTES: Unit = { id: "bytes", scale: "iec", factor: 1, suffix: "B" };
export const SHARE: Unit = { id: "percentunit", scale: "percent", factor: 100, suffix: "%" };

/** "1.25 ms": seconds, in the unit that fits. */
export function seconds(value: number, decimals: number | null = null): string {
  return formatText(value, SECONDS, decimals);
}

/** "12.5 KiB" */
export function bytes(value: number, decimals: number | null = null): string {
  return formatText(value, BYTES, decimals);
}

/** "12.5%" of a share from 0 to 1 */
export function share(value: number, decimals: number | null = null): string {
  return formatText(value, SHARE, decimals);
}

/** "1.25K req/s": a count or rate with the name of what is counted. */
export function count(value: number, of = "", decimals: number | null = null): string {
  return formatText(value, { id: of, scale: "short", factor: 1, suffix: of && ` ${of}` }, decimals);
}
