//! Figures as short as the map's labels need them.
import type { Unit } from "../api/dashboard";
import { formatText } from "../ui/format/number";
import * as units from "../ui/format/units";

const BYTES_A_SECOND: Unit = { id: "Bps", scale: "si", factor: 1, suffix: "B/s" };

/** "20 req/s", "1.2K points/s", "3.4 kB/s". */
export function rate(value: number, unit: string): string {
  if (unit === "B/s") return formatText(value, BYTES_A_SECOND, value >= 1000 ? 1 : 0);
  return units.count(value, unit, decimals(value));
}

/** "20/s", "0/min": what it counts is in the card. */
export function shortRate(value: number, unit: string): string {
  return unit === "B/s" ? rate(value, unit) : rate(value, unit).replace(/ [^ ]*\//, "/");
}

/** "0 %", "0.4 %", "12 %" of a share from 0 to 1. */
export function share(value: number): string {
  const percent = value * 100;
  return `${percent === 0 || percent >= 10 ? percent.toFixed(0) : percent < 0.1 ? "< 0.1" : percent.toFixed(1)} %`;
}

/** "2.1 ms" of seconds. */
export function seconds(value: number): string {
  return units.seconds(value, value > 0 && value < 0.01 ? 1 : value >= 1 ? 2 : 0);
}

/** Two digits or three, as far as they tell something. */
function decimals(rate: number): number {
  if (rate === 0 || (rate >= 9.95 && rate < 1000)) return 0;
  return rate >= 0.095 ? 1 : 2;
}
