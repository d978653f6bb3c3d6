//! Texts of axis ticks, with as many decimals as their distance requires.
import type { Unit } from "../../api/dashboard";
import { scaled, toFixed } from "./number";
import { clock } from "./time";

const MAX_PLACES = 10;

/** Scales each tick on its own; zero uses the scale of the others if they all have the same, except in units of time. */
export function tickTexts(ticks: number[], increment: number, unit: Unit, decimals: number | null): string[] {
  const steps = ticks.filter((tick) => tick !== 0).map((tick) => scaled(tick, unit));
  const first = steps[0];
  const sameScale = first !== undefined && steps.every((step) => step.divisor === first.divisor);
  return ticks.map((tick) => {
    const { divisor, suffix } = tick === 0 && sameScale && unit.scale !== "duration" ? first : scaled(tick, unit);
    // If scales differ (500 ms, 1 s), each tick gets the decimals that it requires.
    const required = places((sameScale && divisor === first.divisor ? increment : tick) / divisor);
    return toFixed(tick / divisor, Math.max(decimals ?? 0, required)) + suffix;
  });
}

/** Number of decimals of a value, ignoring rounding errors. */
export function places(value: number): number {
  for (let count = 0; count < MAX_PLACES; count++) {
    const moved = value * 10 ** count;
    if (Math.abs(moved - Math.round(moved)) <= Math.abs(moved) * 1e-6) return count;
  }
  return MAX_PLACES;
}

/** Ticks in ms since 1970. Midnight and intervals of days show the date; seconds appear only if ticks differ by less than a minute. */
export function timeTexts(ticks: number[], incrementMs: number): string[] {
  return ticks.map((tick) => {
    const date = new Date(tick);
    const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (incrementMs >= 86_400_000 || midnight) return `${date.getMonth() + 1}/${date.getDate()}`;
    const text = clock(tick);
    return incrementMs >= 60_000 ? text.slice(0, 5) : text;
  });
}
