//! A time series panel as a plot.
import uPlot from "uplot";
import type { Config, PanelData, Series, SeriesView } from "../../api/dashboard";
import { alpha, type Theme } from "../../theme/colors";
import { lastOf, seriesColor } from "../value/display";
import { timeAxis } from "./axis";
import { drawAnnotations, drawThresholds } from "./marks";
import type { PlotSpec } from "./plot";
import { type OnPoint, pointerOptions, type Zoom } from "./pointer";
import { axes, scaleConfigs, scaleKey, scales } from "./scales";
import { stacked } from "./stack";

export interface SeriesContent {
  view: SeriesView;
  annotations: PanelData["annotations"];
  exemplars: PanelData["exemplars"];
  hidden: ReadonlySet<number>;
  colors: string[];
}

export function seriesColors(series: Series[], theme: Theme): string[] {
  return series.map(({ config, values }, index) => seriesColor(config, index, lastOf(values), theme));
}

interface Input extends SeriesContent {
  data: PanelData;
  theme: Theme;
  zoom: Zoom | null;
  onPoint: OnPoint;
  /** Called when the plot has been drawn, with its content. */
  onDraw: (plot: uPlot, content: SeriesContent) => void;
}

export function seriesSpec(input: Input): PlotSpec<SeriesContent> {
  const { view, annotations, exemplars, hidden, colors, data, theme, zoom, onPoint, onDraw } = input;
  const { rows, bands } = stacked(view.times, view.series, hidden);
  const configs = scaleConfigs(view.series);
  return {
    key: JSON.stringify([
      theme,
      [...hidden],
      colors,
      view.series.map(({ config }) => [config.name, scaleKey(config), config.custom]),
    ]),
    data: [view.times, ...rows] as uPlot.AlignedData,
    from: data.from,
    to: data.to,
    content: { view, annotations, exemplars, hidden, colors },
    options: (live) => {
      const shared = pointerOptions(zoom, onPoint);
      return {
        ms: 1,
        legend: { show: false },
        padding: [8, configs.size > 1 ? 0 : 12, 0, 0],
        ...shared,
        focus: { alpha: 1 },
        cursor: { ...shared.cursor, focus: { prox: 24 }, points: { size: 7 } },
        scales: { x: { time: true, range: () => [live.current.from, live.current.to] }, ...scales(configs) },
        axes: [timeAxis(theme), ...axes(configs, theme)],
        series: [
          {},
          ...view.series.map((series, index) => line(series.config, colors[index] ?? "", hidden.has(index))),
        ],
        bands: bands.map((pair) => ({ series: [pair[0] + 1, pair[1] + 1] as [number, number] })),
        hooks: {
          ...shared.hooks,
          draw: [
            (plot) => {
              drawThresholds(plot, live.current.content.view.series, theme);
              drawAnnotations(plot, live.current.content.annotations, theme);
              onDraw(plot, live.current.content);
            },
          ],
        },
      };
    },
  };
}

function line(config: Config, stroke: string, hidden: boolean): uPlot.Series {
  const { custom } = config;
  const points = custom.draw === "points" || custom.points === "always";
  return {
    label: config.name,
    scale: scaleKey(config),
    show: !hidden && !custom.hide.viz,
    stroke,
    width: custom.draw === "points" ? 0 : custom.line_width,
    fill: fill(custom, stroke),
    spanGaps: custom.span_nulls === true,
    paths: paths(custom),
    points: {
      size: custom.point_size,
      fill: stroke,
      ...(points ? { show: true } : custom.points === "never" ? { show: false } : {}),
    },
    ...(custom.dash ? { dash: custom.dash } : {}),
  };
}

function fill(custom: Config["custom"], stroke: string): uPlot.Series.Fill | undefined {
  const opacity = custom.fill_opacity / 100;
  if (opacity === 0 || custom.draw === "points") return undefined;
  if (!custom.gradient) return alpha(stroke, opacity);
  return (plot) => {
    const { top, height } = plot.bbox;
    if (!Number.isFinite(top + height)) return alpha(stroke, opacity);
    const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
    gradient.addColorStop(0, alpha(stroke, opacity));
    gradient.addColorStop(1, alpha(stroke, 0));
    return gradient;
  };
}

const { linear, spline, stepped, bars } = uPlot.paths as Required<typeof uPlot.paths>;

function paths({ draw, interpolation }: Config["custom"]): uPlot.Series.PathBuilder {
  if (draw === "bars") return bars({ size: [0.9, 60] });
  if (draw === "points") return () => null;
  switch (interpolation) {
    case "linear":
      return linear();
    case "smooth":
      return spline();
    case "stepBefore":
      return stepped({ align: -1 });
    case "stepAfter":
      return stepped({ align: 1 });
  }
}
