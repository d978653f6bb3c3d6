//! How a value is written and coloured: mappings first, then unit and thresholds.
import type { Config, Mapping, Thresholds } from "../../api/dashboard";
import { type Formatted, format } from "../../ui/format/number";

export interface Shown extends Formatted {
  /** A name of Grafana's or #rrggbb; null: nothing says which. */
  color: string | null;
}

export const NO_DATA = "No data";

export function shown(value: number | string | null, config: Config): Shown {
  const mapping = mapped(value, config.mappings);
  const plain = written(value, config);
  const base = mapping?.text != null ? { text: mapping.text, suffix: "" } : plain;
  return { ...base, color: mapping?.color ?? colorOf(value, config) };
}

export function shownText(value: number | string | null, config: Config): string {
  const { text, suffix } = shown(value, config);
  return text + suffix;
}

function written(value: number | string | null, config: Config): Formatted {
  if (value === null) return { text: config.no_value ?? "-", suffix: "" };
  if (typeof value === "string") return { text: value, suffix: "" };
  return format(value, config.unit, config.decimals);
}

function colorOf(value: number | string | null, config: Config): string | null {
  if (config.color.mode === "fixed") return config.color.fixed;
  if (config.color.mode === "palette") return null;
  return thresholdColor(typeof value === "number" ? value : null, config);
}

/** The colour of the highest step that the value reaches; the lowest step's for no value. */
export function thresholdColor(value: number | null, config: Config): string | null {
  const at = value === null ? -Infinity : position(value, config);
  let color: string | null = null;
  for (const step of config.thresholds.steps) if (at >= (step.from ?? -Infinity)) color = step.color;
  return color;
}

function position(value: number, { thresholds, min, max }: Config): number {
  if (thresholds.mode === "absolute") return value;
  const low = min ?? 0;
  const high = max ?? 100;
  return high === low ? 0 : ((value - low) / (high - low)) * 100;
}

/** The steps' limits as values, where they were set as percentages. */
export function limits(thresholds: Thresholds, min: number, max: number): { at: number; color: string }[] {
  return thresholds.steps.map(({ from, color }) => {
    if (from === null) return { at: -Infinity, color };
    return { at: thresholds.mode === "absolute" ? from : min + ((max - min) * from) / 100, color };
  });
}

export function mapped(value: number | string | null, mappings: Mapping[]): Mapping | null {
  return mappings.find(({ match }) => matches(value, match)) ?? null;
}

function matches(value: number | string | null, match: Mapping["match"]): boolean {
  switch (match.kind) {
    case "value":
      return value !== null && (String(value) === String(match.value) || Number(match.value) === value);
    case "range":
      return typeof value === "number" && value >= (match.from ?? -Infinity) && value <= (match.to ?? Infinity);
    case "regex":
      return value !== null && regex(match.pattern).test(String(value));
    case "special":
      if (match.special === "null" || match.special === "nan") return value === null;
      if (match.special === "empty") return value === "";
      return String(value) === match.special;
  }
}

/** Grafana allows /pattern/flags and the bare pattern. */
function regex(pattern: string): RegExp {
  const slashes = /^\/(.*)\/([a-z]*)$/.exec(pattern);
  return slashes ? new RegExp(slashes[1] ?? "", slashes[2]) : new RegExp(pattern);
}
