//! A plot with rows of equal height over time, for heat maps and state timelines.
import type uPlot from "uplot";
import type { PanelData } from "../../api/dashboard";
import type { Theme } from "../../theme/colors";
import { timeAxis } from "./axis";
import type { PlotSpec } from "./plot";
import { type OnPoint, pointerOptions, type Zoom } from "./pointer";

interface Rows<T> {
  /** The plot is recreated when this changes. */
  shape: unknown;
  times: number[];
  data: PanelData;
  content: T;
  count: number;
  /** Position of the first row. */
  first: "lowest" | "highest";
  axis: uPlot.Axis;
  draw: (plot: uPlot, content: T) => void;
}

export interface PlotContext {
  theme: Theme;
  zoom: Zoom | null;
  onPoint: OnPoint;
}

export function rowsSpec<T>(rows: Rows<T>, { theme, zoom, onPoint }: PlotContext): PlotSpec<T> {
  const { times, data, content, count, axis } = rows;
  return {
    key: JSON.stringify([theme, rows.shape]),
    data: [times, times.map(() => null)] as uPlot.AlignedData,
    from: data.from,
    to: data.to,
    content,
    options: (live) => {
      const shared = pointerOptions(zoom, onPoint);
      return {
        ms: 1,
        legend: { show: false },
        padding: [6, 12, 0, 0],
        ...shared,
        cursor: { ...shared.cursor, points: { show: false } },
        scales: {
          x: { time: true, range: () => [live.current.from, live.current.to] },
          y: { dir: rows.first === "lowest" ? 1 : -1, range: () => [0, Math.max(1, count)] },
        },
        axes: [timeAxis(theme), axis],
        series: [{}, { scale: "y", paths: () => null, points: { show: false } }],
        hooks: { ...shared.hooks, drawAxes: [(plot) => rows.draw(plot, live.current.content)] },
      };
    },
  };
}
