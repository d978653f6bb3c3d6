//! The places of exemplars on a time series.
import type uPlot from "uplot";
import { dateTime } from "../../ui/format/time";
import { displayText } from "../value/display";
import { scaleKey } from "./scales";
import type { SeriesContent } from "./series";

export interface ExemplarMark {
  /** CSS pixels from the plot's corner. */
  left: number;
  top: number;
  color: string;
  text: string;
  /** Null without a trace. */
  href: string | null;
}

type Geometry = Pick<uPlot, "valToPos"> & {
  over: Pick<HTMLElement, "offsetLeft" | "offsetTop" | "clientWidth" | "clientHeight">;
};

/**
 * The exemplars within the plot's time range. They have the color and scale of their target's last series. One above or
 * below the scale is at the plot's edge: the scale follows the lines.
 */
export function exemplarMarks(plot: Geometry, content: SeriesContent): ExemplarMark[] {
  const { view, colors, hidden, exemplars } = content;
  const { offsetLeft, offsetTop, clientWidth, clientHeight } = plot.over;
  return exemplars.flatMap(({ ref, at, value, labels, trace }) => {
    const index = view.series.findLastIndex((series) => series.ref === ref);
    const series = view.series[index];
    if (!series || hidden.has(index)) return [];
    const x = plot.valToPos(at, "x");
    const y = plot.valToPos(value, scaleKey(series.config));
    if (!Number.isFinite(y) || !(x >= 0 && x <= clientWidth)) return [];
    const facts = Object.entries(labels).map(([name, label]) => `${name}=${label}`);
    const text = [`${displayText(value, series.config)}, ${dateTime(at)}`, ...facts];
    return [
      {
        left: offsetLeft + x,
        top: offsetTop + Math.min(Math.max(y, 0), clientHeight),
        color: colors[index] ?? "",
        text: text.join("\n"),
        href: trace === null ? null : `/t/${trace}`,
      },
    ];
  });
}
