//! Vertical scales and axes: one for each combination of unit and range.
import uPlot from "uplot";
import type { Config, Series } from "../../api/dashboard";
import type { Theme } from "../../theme/colors";
import { formatText } from "../../ui/format/number";
import { tickTexts } from "../../ui/format/ticks";
import { axisStyle, axisWidth } from "./axis";

const LEFT = 3;
const RIGHT = 1;
/** Share of the range added above and below. */
const PADDING = 0.1;
/** uPlot's mode that includes zero if the data is near it, as in Grafana. */
const INCLUDE_NEAR_ZERO = 3;

export function scaleKey({ unit, min, max, custom }: Config): string {
  const { placement, soft_min, soft_max, log } = custom.axis;
  return JSON.stringify([
    unit.id,
    unit.suffix,
    min,
    max,
    placement,
    soft_min,
    soft_max,
    log,
    custom.stack?.mode === "percent",
  ]);
}

/** The configuration of each scale: that of its first series. */
export function scaleConfigs(series: Series[]): Map<string, Config> {
  const configs = new Map<string, Config>();
  for (const { config } of series) {
    const key = scaleKey(config);
    if (!configs.has(key)) configs.set(key, config);
  }
  return configs;
}

export function scales(configs: Map<string, Config>): Record<string, uPlot.Scale> {
  return Object.fromEntries(
    [...configs].map(([key, config]) => {
      const { log } = config.custom.axis;
      const range: uPlot.Scale.Range = (_, low, high) => rangeOf(config, low, high);
      return [key, log ? { distr: 3, log, range } : { range }];
    }),
  );
}

/** As in Grafana: a limit next to a soft limit only caps the range; without a soft limit it is the end of the range. */
export function rangeOf(config: Config, low: number | null, high: number | null): [number, number] {
  const { log, soft_min: softMin, soft_max: softMax } = config.custom.axis;
  const { min, max } = config;
  if (config.custom.stack?.mode === "percent") return [0, 1];
  const [fixedMin, fixedMax] = [softMin === null ? min : null, softMax === null ? max : null];
  if (fixedMin !== null && fixedMax !== null) return [fixedMin, fixedMax];
  if (log) {
    const range = uPlot.rangeLog(min ?? softMin ?? low ?? 1, max ?? softMax ?? high ?? log ** 3, log, true);
    return [range[0] ?? 1, range[1] ?? 10];
  }
  if (low === null || high === null || (low === 0 && high === 0)) {
    const floor = min ?? softMin ?? 0;
    const one = config.unit.scale === "percent" ? 100 / config.unit.factor : 1;
    const end = softMax !== null && softMax > floor ? Math.min(softMax, max ?? Infinity) : (max ?? floor + one);
    return [floor, end];
  }
  const range = uPlot.rangeNum(fixedMin ?? low, fixedMax ?? high, {
    min: { pad: PADDING, hard: min ?? -Infinity, soft: softMin ?? 0, mode: softMin === null ? INCLUDE_NEAR_ZERO : 1 },
    max: { pad: PADDING, hard: max ?? Infinity, soft: softMax ?? 0, mode: softMax === null ? INCLUDE_NEAR_ZERO : 1 },
  });
  return [fixedMin ?? range[0] ?? 0, fixedMax ?? range[1] ?? 1];
}

/** The first axis is on the left, others on the right, unless the series define the placement. */
export function axes(configs: Map<string, Config>, theme: Theme): uPlot.Axis[] {
  return [...configs].map(([key, config], index) => {
    const { placement, label } = config.custom.axis;
    const side = placement === "left" || (placement === "auto" && index === 0) ? LEFT : RIGHT;
    const drawn = axisStyle(theme);
    return {
      ...drawn,
      scale: key,
      side,
      show: placement !== "hidden",
      space: 28,
      gap: 5,
      size: (plot: uPlot, texts: string[]) => axisWidth(plot, texts),
      grid: index === 0 ? drawn.grid : { show: false },
      ...(label ? { label, labelSize: 16, labelFont: drawn.font } : {}),
      ...increments(config),
      values: (_plot: uPlot, splits: number[], __: number, ___: number, increment: number) =>
        ticks(config, splits, increment),
    } as uPlot.Axis;
  });
}

function ticks(config: Config, splits: number[], increment: number): (string | null)[] {
  const drawn = splits.filter((split) => split !== null);
  if (config.custom.stack?.mode === "percent") return drawn.map((split) => `${Math.round(split * 100)}%`);
  const texts = config.custom.axis.log
    ? drawn.map((split) => formatText(split, config.unit, config.decimals))
    : tickTexts(drawn, increment, config.unit, config.decimals);
  return splits.map((split) => (split === null ? null : (texts[drawn.indexOf(split)] ?? null)));
}

/** Powers of two for bytes, and minutes and hours for durations; otherwise uPlot's default. */
function increments({ unit, decimals, custom }: Config): Partial<uPlot.Axis> {
  if (custom.axis.log || custom.stack?.mode === "percent") return {};
  if (unit.scale === "iec") {
    return { incrs: Array.from({ length: 60 }, (_, power) => 2 ** power / unit.factor) };
  }
  if (unit.scale === "duration") return { incrs: durationSteps().map((step) => step / unit.factor) };
  if (unit.scale === "plain" && decimals === 0) return { incrs: decimalSteps(0, 15) };
  return {};
}

function decimalSteps(from: number, to: number): number[] {
  const steps: number[] = [];
  for (let power = from; power <= to; power++) {
    for (const digit of [1, 2, 2.5, 5]) {
      if (digit !== 2.5 || power > 0 || from < 0) steps.push(Number((digit * 10 ** power).toPrecision(3)));
    }
  }
  return steps;
}

function durationSteps(): number[] {
  const long = [
    60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 31536000,
  ];
  return [...decimalSteps(-10, 0).filter((step) => step <= 5), 10, 15, 20, 30, ...long];
}
