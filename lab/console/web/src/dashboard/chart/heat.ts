//! A heat map as a plot: buckets as rows of equal height, cells coloured by their value.
import type uPlot from "uplot";
import type { HeatmapOptions, HeatmapView, PanelData } from "../../api/dashboard";
import type { Theme } from "../../theme/colors";
import { formatText } from "../../ui/format/number";
import { fitted, labelEvery, look } from "./frame";
import type { PlotSpec } from "./plot";
import { rowsSpec, type Surroundings } from "./rows";
import { scheme } from "./schemes";

export interface HeatContent {
  view: HeatmapView;
  options: HeatmapOptions;
  colors: string[];
  low: number;
  high: number;
}

/** Cells at or below it are no calls at all. */
const NOTHING = 1e-9;
const LABEL_PX = 14;

export function heatContent(view: HeatmapView, options: HeatmapOptions): HeatContent {
  let low = Infinity;
  let high = -Infinity;
  for (const row of view.cells) {
    for (const value of row) {
      if (value === null || value <= NOTHING) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return { view, options, colors: scheme(options.scheme, options.steps, options.reverse), low, high };
}

export function heatSpec(content: HeatContent, data: PanelData, around: Surroundings): PlotSpec<HeatContent> {
  const { view, options } = content;
  const limits = [view.buckets[0]?.from ?? null, ...view.buckets.map(({ to }) => to)];
  return rowsSpec(
    {
      shape: [limits, options],
      times: view.times,
      data,
      content,
      count: view.buckets.length,
      first: "lowest",
      axis: bucketAxis(limits, options, around.theme),
      draw: drawCells,
    },
    around,
  );
}

function bucketAxis(limits: (number | null)[], options: HeatmapOptions, theme: Theme): uPlot.Axis {
  return {
    ...look(theme),
    scale: "y",
    gap: 5,
    size: fitted,
    splits: (plot) => {
      const every = labelEvery(plot, limits.length, LABEL_PX);
      return limits.map((_, index) => index).filter((index) => index % every === 0);
    },
    values: (_, splits) => splits.map((index) => limitText(limits[index] ?? null, index === 0, options)),
  };
}

export function limitText(limit: number | null, lowest: boolean, options: HeatmapOptions): string {
  if (limit === null) return lowest ? "" : "+Inf";
  return formatText(limit, options.y_unit, options.y_decimals);
}

function drawCells(plot: uPlot, { view, options, colors, low, high }: HeatContent): void {
  const { ctx, bbox } = plot;
  const gap = options.cell_gap * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  view.cells.forEach((row, bucket) => {
    const top = plot.valToPos(bucket + 1, "y", true);
    const height = plot.valToPos(bucket, "y", true) - top;
    row.forEach((value, at) => {
      if (value === null || value <= NOTHING) return;
      const end = view.times[at] ?? 0;
      const left = plot.valToPos(end - view.step_ms, "x", true);
      const width = plot.valToPos(end, "x", true) - left;
      const fine = width > 3 * gap ? gap : 0;
      ctx.fillStyle = cellColor(value, { colors, low, high, options });
      ctx.fillRect(left, top, Math.max(1, width - fine), Math.max(1, height - (height > 3 * gap ? gap : 0)));
    });
  });
  ctx.restore();
}

/** Grafana's exponential scale: the share of the highest value to the power of the exponent. */
export function cellColor(
  value: number,
  { colors, low, high, options }: Pick<HeatContent, "colors" | "low" | "high" | "options">,
): string {
  const share = high > low ? (value - low) / (high - low) : 1;
  const step = Math.round(share ** options.exponent * (colors.length - 1));
  return colors[Math.min(colors.length - 1, Math.max(0, step))] ?? "";
}
