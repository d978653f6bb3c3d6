//! What all plots over time have in common: axes' looks, the shared crosshair, zoom by dragging.
import type uPlot from "uplot";
import type { Theme } from "../../theme/colors";
import { NAMED } from "../../theme/colors";
import { timeTexts } from "../../ui/format/ticks";
import { crosshair } from "../crosshair";

const FONT_FAMILY = 'Inter, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", system-ui, sans-serif';
export const FONT = `11px ${FONT_FAMILY}`;

/** How the reader moves through time; null: the panel stands alone. */
export interface Zoom {
  to: (from: number, to: number) => void;
  back: () => void;
}

export function look(theme: Theme): Pick<uPlot.Axis, "stroke" | "font" | "grid" | "ticks"> {
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
    ...look(theme),
    scale: "x",
    size: 22,
    gap: 5,
    space: 72,
    values: (_, splits, __, ___, increment) => timeTexts(splits, increment),
  };
}

/** Every so many rows get a label, so that labels of the given height do not overlap. */
export function labelEvery(plot: uPlot, rows: number, labelPx: number): number {
  // The plot's own box is laid out only after its axes are.
  const height = plot.bbox.height / devicePixelRatio || plot.height - 30;
  return Math.max(1, Math.ceil((rows * labelPx) / height));
}

/** Size of a vertical axis: as wide as its longest text. */
export function fitted(plot: uPlot, texts: string[] | null): number {
  if (!texts?.length) return 24;
  plot.ctx.save();
  plot.ctx.font = FONT;
  const widest = Math.max(...texts.map((text) => plot.ctx.measureText(text ?? "").width));
  plot.ctx.restore();
  return Math.ceil(widest) + 12;
}

/** Pointer at index `idx` (null: gone), for the tooltip of the plot under the pointer. */
export type OnPoint = (plot: uPlot, idx: number | null) => void;

export function pointer(zoom: Zoom | null, onPoint: OnPoint): Pick<uPlot.Options, "cursor" | "hooks" | "select"> {
  return {
    select: { show: zoom !== null, left: 0, top: 0, width: 0, height: 0 },
    cursor: {
      y: false,
      drag: { x: zoom !== null, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          zoom?.back();
          return null;
        },
      },
    },
    hooks: {
      setCursor: [(plot) => moved(plot, onPoint)],
      setSelect: [(plot) => selected(plot, zoom)],
      destroy: [
        (plot) => {
          onPoint(plot, null);
          if (crosshair.get()?.source === plot) crosshair.set(null);
        },
      ],
    },
  };
}

/** Only the pointer's own panel says where it is; the others follow. */
function moved(plot: uPlot, onPoint: OnPoint): void {
  const { left = -1, top = -1, idx } = plot.cursor;
  const own = crosshair.get()?.source === plot;
  if (left < 0) {
    onPoint(plot, null);
    if (own) crosshair.set(null);
    return;
  }
  if (top < 0) return;
  crosshair.set({ at: plot.posToVal(left, "x"), source: plot });
  onPoint(plot, idx ?? null);
}

function selected(plot: uPlot, zoom: Zoom | null): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  const from = Math.round(plot.posToVal(left, "x"));
  const to = Math.round(plot.posToVal(left + width, "x"));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (to > from) zoom?.to(from, to);
}
