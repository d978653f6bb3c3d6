//! The text and colour of a value: mappings first, then unit and thresholds.
import type { Config, Mapping, Thresholds } from "../../api/dashboard";
import { color, paletteColor, type Theme } from "../../theme/colors";
import { type Formatted, format } from "../../ui/format/number";

export interface DisplayValue extends Formatted {
  /** One of Grafana's colour names or #rrggbb; null if the panel does not define a colour. */
  color: string | null;
}

export const NO_DATA = "No data";

export function display(value: number | string | null, config: Config): DisplayValue {
  const mapping = mappingOf(value, config.mappings);
  const base = mapping?.text != null ? { text: mapping.text, suffix: "" } : formatValue(value, config);
  return { ...base, color: mapping?.color ?? valueColor(value, config) };
}

export function displayText(value: number | string | null, config: Config): string {
  const { text, suffix } = display(value, config);
  return text + suffix;
}

function formatValue(value: number | string | null, config: Config): Formatted {
  if (value === null) return { text: config.no_value ?? "-", suffix: "" };
  if (typeof value === "string") return { text: value, suffix: "" };
  return format(value, config.unit, config.decimals);
}

function valueColor(value: number | string | null, config: Config): string | null {
  if (config.color.mode === "fixed") return config.color.fixed;
  if (config.color.mode === "palette") return null;
  return thresholdColor(typeof value === "number" ? value : null, config);
}

/** The colour of the highest step that the value reaches; of the lowest step for null. */
export function thresholdColor(value: number | null, config: Config): string | null {
  const position = value === null ? -Infinity : thresholdPosition(value, config);
  let color: string | null = null;
  for (const step of config.thresholds.steps) if (position >= (step.from ?? -Infinity)) color = step.color;
  return color;
}

/** The value, or its percentage of the range for thresholds in percent. */
function thresholdPosition(value: number, { thresholds, min, max }: Config): number {
  if (thresholds.mode === "absolute") return value;
  const low = min ?? 0;
  const high = max ?? 100;
  return high === low ? 0 : ((value - low) / (high - low)) * 100;
}

/** The steps with absolute limits. */
export function thresholdLimits(thresholds: Thresholds, min: number, max: number): { at: number; color: string }[] {
  return thresholds.steps.map(({ from, color }) => {
    if (from === null) return { at: -Infinity, color };
    return { at: thresholds.mode === "absolute" ? from : min + ((max - min) * from) / 100, color };
  });
}

/** The first mapping that matches the value. */
export function mappingOf(value: number | string | null, mappings: Mapping[]): Mapping | null {
  return mappings.find(({ match }) => matches(value, match)) ?? null;
}

function matches(value: number | string | null, match: Mapping["match"]): boolean {
  switch (match.kind) {
    case "value":
      return value !== null && (String(value) === String(match.value) || Number(match.value) === value);
    case "range":
      return typeof value === "number" && value >= (match.from ?? -Infinity) && value <= (match.to ?? Infinity);
    case "regex":
      return value !== null && parseRegex(match.pattern).test(String(value));
    case "special":
      if (match.special === "null" || match.special === "nan") return value === null;
      if (match.special === "empty") return value === "";
      return String(value) === match.special;
  }
}

/** Grafana accepts /pattern/flags and a bare pattern. */
function parseRegex(pattern: string): RegExp {
  const slashes = /^\/(.*)\/([a-z]*)$/.exec(pattern);
  return slashes ? new RegExp(slashes[1] ?? "", slashes[2]) : new RegExp(pattern);
}

/** The fixed colour, that of the thresholds for the last value, or the palette's at this index. */
export function seriesColor(config: Config, index: number, last: number | null, theme: Theme): string {
  const { mode, fixed } = config.color;
  if (mode === "fixed" && fixed) return color(fixed, theme);
  if (mode === "thresholds") return color(thresholdColor(last, config) ?? "green", theme);
  return paletteColor(index, theme);
}

/** The value's own colour, else its series' colour. */
export function displayColor(
  displayed: DisplayValue,
  config: Config,
  index: number,
  value: number | null,
  theme: Theme,
): string {
  return displayed.color ? color(displayed.color, theme) : seriesColor(config, index, value, theme);
}

/** The last value that is not null. */
export function lastOf(values: (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}
