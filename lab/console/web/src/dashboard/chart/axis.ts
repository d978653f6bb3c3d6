//! The look and layout of plot axes.
import type uPlot from "uplot";
import { NAMED, type Theme } from "../../theme/colors";
import { timeTexts } from "../../ui/format/ticks";
import { timeIncrements, timeLabelSpace } from "./time-increments";

const FONT_FAMILY = 'Inter, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", system-ui, sans-serif';
export const FONT = `11px ${FONT_FAMILY}`;

export function axisStyle(theme: Theme): Pick<uPlot.Axis, "stroke" | "font" | "grid" | "ticks"> {
  const grid = NAMED[theme].grid;
  return {
    stroke: NAMED[theme].quiet,
    font: FONT,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  };
}

export function timeAxis(theme: Theme): uPlot.Axis {
  return {
    ...axisStyle(theme),
    scale: "x",
    size: 22,
    gap: 5,
    space: (_, __, from, to, width) => timeLabelSpace(to - from, width),
    incrs: (_, __, from, to, width, space) => timeIncrements(to - from, width, space),
    values: (_, splits, __, ___, increment) => timeTexts(splits, increment),
  };
}

/** Every n-th row gets a label, so that labels of this height do not overlap. */
export function labelInterval(plot: uPlot, rows: number, labelPx: number): number {
  // The plot's bbox is empty until its axes are laid out.
  const height = plot.bbox.height / devicePixelRatio || plot.height - 30;
  return Math.max(1, Math.ceil((rows * labelPx) / height));
}

/** Width of a vertical axis: that of its longest text, plus padding. */
export function axisWidth(plot: uPlot, texts: string[] | null): number {
  if (!texts?.length) return 24;
  plot.ctx.save();
  plot.ctx.font = FONT;
  const widest = Math.max(...texts.map((text) => plot.ctx.measureText(text ?? "").width));
  plot.ctx.restore();
  return Math.ceil(widest) + 12;
}
