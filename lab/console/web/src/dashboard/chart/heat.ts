//! A heat map as a plot: one row per bucket, cells coloured by value.
import type uPlot from "uplot";
import type { HeatmapOptions, HeatmapView, PanelData } from "../../api/dashboard";
import type { Theme } from "../../theme/colors";
import { formatText } from "../../ui/format/number";
import { axisStyle, axisWidth, labelInterval } from "./axis";
import type { PlotSpec } from "./plot";
import { type PlotContext, rowsSpec } from "./rows";

export interface HeatContent {
  view: HeatmapView;
  options: HeatmapOptions;
  colors: string[];
  low: number;
  high: number;
}

/** Cells up to this value are not drawn, as by default in Grafana. */
const EMPTY = 1e-9;
const LABEL_PX = 14;

export function heatContent(view: HeatmapView, options: HeatmapOptions): HeatContent {
  let low = Infinity;
  let high = -Infinity;
  for (const row of view.cells) {
    for (const value of row) {
      if (value === null || value <= EMPTY) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return { view, options, colors: schemeColors(options.scheme, options.steps, options.reverse), low, high };
}

export function heatSpec(content: HeatContent, data: PanelData, context: PlotContext): PlotSpec<HeatContent> {
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
      axis: bucketAxis(limits, options, context.theme),
      draw: drawCells,
    },
    context,
  );
}

function bucketAxis(limits: (number | null)[], options: HeatmapOptions, theme: Theme): uPlot.Axis {
  return {
    ...axisStyle(theme),
    scale: "y",
    gap: 5,
    size: axisWidth,
    splits: (plot) => {
      const every = labelInterval(plot, limits.length, LABEL_PX);
      return limits.map((_, index) => index).filter((index) => index % every === 0);
    },
    values: (_, splits) => splits.map((index) => limitText(limits[index] ?? null, index === 0, options)),
  };
}

/** "" for the open lower limit of the lowest bucket, "+Inf" for an open upper limit. */
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
      if (value === null || value <= EMPTY) return;
      const end = view.times[at] ?? 0;
      const left = plot.valToPos(end - view.step_ms, "x", true);
      const width = plot.valToPos(end, "x", true) - left;
      const columnGap = width > 3 * gap ? gap : 0;
      ctx.fillStyle = cellColor(value, { colors, low, high, options });
      ctx.fillRect(left, top, Math.max(1, width - columnGap), Math.max(1, height - (height > 3 * gap ? gap : 0)));
    });
  });
  ctx.restore();
}

/** Grafana's exponential scale: the position between the lowest and the highest value, to the power of the exponent. */
export function cellColor(
  value: number,
  { colors, low, high, options }: Pick<HeatContent, "colors" | "low" | "high" | "options">,
): string {
  const share = high > low ? (value - low) / (high - low) : 1;
  const step = Math.round(share ** options.exponent * (colors.length - 1));
  return colors[Math.min(colors.length - 1, Math.max(0, step))] ?? "";
}

/** Grafana's colour schemes as gradient stops. */
const SCHEMES: Record<string, string> = {
  Turbo: "#23171b #4a58dd #2f9df5 #27d7c4 #4df884 #95fb51 #dedd32 #ffa423 #f65f18 #ba2208 #900c00",
  Spectral: "#9e0142 #d53e4f #f46d43 #fdae61 #fee08b #fbf8b0 #e6f598 #abdda4 #66c2a5 #3288bd #5e4fa2",
  RdYlGn: "#a50026 #d73027 #f46d43 #fdae61 #fee08b #f9f7ae #d9ef8b #a6d96a #66bd63 #1a9850 #006837",
  Viridis: "#440154 #482878 #3e4989 #31688e #26828e #1f9e89 #35b779 #6ece58 #b5de2b #fde725",
  Magma: "#000004 #180f3d #440f76 #721f81 #9e2f7f #cd4071 #f1605d #fd9668 #feca8d #fcfdbf",
  Inferno: "#000004 #1b0c41 #4a0c6b #781c6d #a52c60 #cf4446 #ed6925 #fb9b06 #f7d13d #fcffa4",
  Plasma: "#0d0887 #46039f #7201a8 #9c179e #bd3786 #d8576b #ed7953 #fb9f3a #fdca26 #f0f921",
  Oranges: "#fff5eb #fee6ce #fdd0a2 #fdae6b #fd8d3c #f16913 #d94801 #a63603 #7f2704",
  Blues: "#f7fbff #deebf7 #c6dbef #9ecae1 #6baed6 #4292c6 #2171b5 #08519c #08306b",
  Greens: "#f7fcf5 #e5f5e0 #c7e9c0 #a1d99b #74c476 #41ab5d #238b45 #006d2c #00441b",
  Reds: "#fff5f0 #fee0d2 #fcbba1 #fc9272 #fb6a4a #ef3b2c #cb181d #a50f15 #67000d",
};

export function isKnownScheme(name: string): boolean {
  return name in SCHEMES;
}

/** `steps` colours of the gradient. Uses Oranges for an unknown name. */
function schemeColors(name: string, steps: number, reverse: boolean): string[] {
  const stops = (SCHEMES[name] ?? (SCHEMES.Oranges as string)).split(" ").map(channels);
  const count = Math.max(2, steps);
  const colors = Array.from({ length: count }, (_, step) => {
    const at = (step / (count - 1)) * (stops.length - 1);
    const low = stops[Math.floor(at)] ?? [0, 0, 0];
    const high = stops[Math.ceil(at)] ?? low;
    const mixed = low.map((channel, index) => Math.round(channel + ((high[index] ?? channel) - channel) * (at % 1)));
    return `rgb(${mixed.join(" ")})`;
  });
  return reverse ? colors.reverse() : colors;
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16));
}
