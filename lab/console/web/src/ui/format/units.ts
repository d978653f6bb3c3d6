//! Units for figures that stand outside panels.
import type { Unit } from "../../api/dashboard";
import { formatText } from "./number";

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
