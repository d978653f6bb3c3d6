//! The time series panel.
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import type { PanelData, SeriesOptions, SeriesView } from "../../api/dashboard";
import { useTheme } from "../../theme/theme";
import { type ExemplarMark, exemplarMarks } from "../chart/exemplar-marks";
import { Exemplars } from "../chart/exemplars";
import { hiddenAfterClick, Legend, type LegendItem } from "../chart/legend";
import { Plot } from "../chart/plot";
import type { OnPoint } from "../chart/pointer";
import { useZoom } from "../chart/pointer";
import { type SeriesContent, seriesColors, seriesSpec } from "../chart/series";
import { seriesTooltip } from "../chart/series-tooltip";
import { withGaps } from "../chart/stack";
import { lastOf } from "../value/display";

interface Props {
  title: string;
  data: PanelData;
  view: SeriesView;
  options: SeriesOptions;
}

export function TimeSeries({ title, data, view: sent, options }: Props) {
  const view = useMemo(() => withGaps(sent), [sent]);
  const theme = useTheme();
  const zoom = useZoom();
  /** Names, because the order of series may change with a refresh. */
  const [hiddenNames, setHiddenNames] = useState<ReadonlySet<string>>(new Set());
  const content = useRef<SeriesContent | null>(null);
  const [marks, setMarks] = useState<ExemplarMark[]>([]);
  const onDraw = useCallback((plot: uPlot, drawn: SeriesContent) => setMarks(exemplarMarks(plot, drawn)), []);

  const spec = useMemo(() => {
    const hidden = new Set(view.series.flatMap(({ config }, index) => (hiddenNames.has(config.name) ? [index] : [])));
    const colors = seriesColors(view.series, theme);
    const onPoint: OnPoint = (plot, idx) =>
      content.current && seriesTooltip(plot, idx, content.current, options.tooltip);
    const { annotations, exemplars } = data;
    return seriesSpec({ view, annotations, exemplars, hidden, colors, data, theme, zoom, onPoint, onDraw });
  }, [view, data, theme, hiddenNames, zoom, options, onDraw]);
  content.current = spec.content;

  const items: LegendItem[] = view.series.flatMap(({ config, calcs, values }, index) =>
    config.custom.hide.legend
      ? []
      : [
          {
            index,
            config,
            calcs,
            color: spec.content.colors[index] ?? "",
            hidden: spec.content.hidden.has(index),
            last: lastOf(values),
          },
        ],
  );
  const pick = (index: number, toggle: boolean) => {
    const next = hiddenAfterClick(spec.content.hidden, index, toggle, view.series.length);
    setHiddenNames(new Set([...next].map((other) => view.series[other]?.config.name ?? "")));
  };
  return (
    <div class="chart" data-legend={options.legend.show ? options.legend.placement : "none"}>
      <div class="plot-frame">
        <Plot spec={spec} label={`${title}: ${view.series.length} series over time`} />
        <Exemplars marks={marks} />
      </div>
      <Legend title={title} items={items} options={options.legend} onPick={pick} />
    </div>
  );
}
