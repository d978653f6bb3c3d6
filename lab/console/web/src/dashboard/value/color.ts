//! The colour in which a series is drawn.
import type { Config } from "../../api/dashboard";
import type { Theme } from "../../theme/colors";
import { color, paletteColor } from "../../theme/colors";
import { thresholdColor } from "./shown";

/** By its own fixed colour, by the thresholds that its last value reaches, or by its place among all series. */
export function seriesColor(config: Config, index: number, last: number | null, theme: Theme): string {
  const { mode, fixed } = config.color;
  if (mode === "fixed" && fixed) return color(fixed, theme);
  if (mode === "thresholds") return color(thresholdColor(last, config) ?? "green", theme);
  return paletteColor(index, theme);
}

export function lastOf(values: (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}
