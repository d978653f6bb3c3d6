//! A plot of rows of equal height over time, which draws them itself: heat maps and state timelines.
import type uPlot from "uplot";
import type { PanelData } from "../../api/dashboard";
import type { Theme } from "../../theme/colors";
import { type OnPoint, pointer, timeAxis, type Zoom } from "./frame";
import type { PlotSpec } from "./plot";

interface Rows<T> {
  /** What needs a new plot when it changes, beside the theme. */
  shape: unknown;
  times: number[];
  data: PanelData;
  content: T;
  count: number;
  /** The first row is the lowest, or the highest. */
  first: "lowest" | "highest";
  axis: uPlot.Axis;
  draw: (plot: uPlot, content: T) => void;
}

export interface Surroundings {
  theme: Theme;
  zoom: Zoom | null;
  onPoint: OnPoint;
}

export function rowsSpec<T>(rows: Rows<T>, { theme, zoom, onPoint }: Surroundings): PlotSpec<T> {
  const { times, data, content, count, axis } = rows;
  return {
    key: JSON.stringify([theme, rows.shape]),
    data: [times, times.map(() => null)] as uPlot.AlignedData,
    from: data.from,
    to: data.to,
    content,
    options: (live) => {
      const shared = pointer(zoom, onPoint);
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
