//! The time series panel.
import { useMemo, useRef, useState } from "preact/hooks";
import type { PanelData, SeriesOptions, SeriesView } from "../../api/dashboard";
import { useTheme } from "../../theme/theme";
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

  const spec = useMemo(() => {
    const hidden = new Set(view.series.flatMap(({ config }, index) => (hiddenNames.has(config.name) ? [index] : [])));
    const colors = seriesColors(view.series, theme);
    const onPoint: OnPoint = (plot, idx) =>
      content.current && seriesTooltip(plot, idx, content.current, options.tooltip);
    return seriesSpec({ view, annotations: data.annotations, hidden, colors, data, theme, zoom, onPoint });
  }, [view, data, theme, hiddenNames, zoom, options]);
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
      <Plot spec={spec} label={`${title}: ${view.series.length} series over time`} />
      <Legend title={title} items={items} options={options.legend} onPick={pick} />
    </div>
  );
}
