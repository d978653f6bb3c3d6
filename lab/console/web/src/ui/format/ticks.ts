//! The texts along an axis: all with as many decimals as their distance needs.
import type { Unit } from "../../api/dashboard";
import { scaled, toFixed } from "./number";
import { clock } from "./time";

const FINEST = 10;

/** Each tick in the step of the scale that it falls into; zero goes with the largest. */
export function tickTexts(ticks: number[], increment: number, unit: Unit, decimals: number | null): string[] {
  const steps = ticks.filter((tick) => tick !== 0).map((tick) => scaled(tick, unit));
  const first = steps[0];
  const alike = first !== undefined && steps.every((step) => step.divisor === first.divisor);
  return ticks.map((tick) => {
    const { divisor, suffix } = tick === 0 && alike ? first : scaled(tick, unit);
    // Where steps differ (500 ms, 1 s), each tick has the decimals that it needs itself.
    const needed = places((alike ? increment : tick) / divisor);
    return toFixed(tick / divisor, Math.max(decimals ?? 0, needed)) + suffix;
  });
}

/** How many decimals it takes to write a number, rounding errors left aside. */
export function places(value: number): number {
  for (let count = 0; count < FINEST; count++) {
    const moved = value * 10 ** count;
    if (Math.abs(moved - Math.round(moved)) <= Math.abs(moved) * 1e-6) return count;
  }
  return FINEST;
}

/** Times along an axis: the day where it changes or where ticks are days apart, seconds only where they tell ticks apart. */
export function timeTexts(ticks: number[], incrementMs: number): string[] {
  return ticks.map((tick) => {
    const date = new Date(tick);
    const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (incrementMs >= 86_400_000 || midnight) return `${date.getMonth() + 1}/${date.getDate()}`;
    const text = clock(tick);
    return incrementMs >= 60_000 ? text.slice(0, 5) : text;
  });
}
