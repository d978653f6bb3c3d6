//! The state timeline panel.
import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { PanelData, SeriesView, StateOptions } from "../../api/dashboard";
import { useTheme } from "../../theme/theme";
import { seconds } from "../../ui/format/number";
import { clock } from "../../ui/format/time";
import { Plot } from "../chart/plot";
import type { OnPoint } from "../chart/pointer";
import { useZoom } from "../chart/pointer";
import { withGaps } from "../chart/stack";
import { type StateContent, stateContent, stateSpec } from "../chart/states";
import { hideTooltip, showTooltip, TooltipTable } from "../chart/tooltip";
import { displayText, lastOf } from "../value/display";

interface Props {
  title: string;
  data: PanelData;
  view: SeriesView;
  options: StateOptions;
}

export function StateTimeline({ title, data, view: sent, options }: Props) {
  const view = useMemo(() => withGaps(sent), [sent]);
  const theme = useTheme();
  const zoom = useZoom();
  const newest = useRef<StateContent | null>(null);
  const spec = useMemo(() => {
    const onPoint: OnPoint = (plot) => newest.current && blockTooltip(plot, newest.current, options);
    return stateSpec(stateContent(view, options, theme), view.times, data, { theme, zoom, onPoint });
  }, [view, data, theme, zoom, options]);
  newest.current = spec.content;
  return (
    <div class="chart" data-legend="none">
      <Plot spec={spec} label={`${title}: states of ${view.series.length} over time`} />
      <ul class="hidden" aria-label={`${title}: newest states`}>
        {view.series.map(({ config, values }) => {
          const last = lastOf(values);
          return (
            <li key={config.name} data-name={config.name} data-last={last === null ? "" : String(last)}>
              {config.name}: {displayText(last, config)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function blockTooltip(plot: uPlot, { rows }: StateContent, options: StateOptions): void {
  const { left = -1, top = -1 } = plot.cursor;
  const at = plot.posToVal(left, "x");
  const row = rows[Math.floor(plot.posToVal(top, "y"))];
  const block = row?.blocks.find(({ from, to }) => from <= at && at < to);
  if (left < 0 || top < 0 || !row || !block || options.tooltip.mode === "none") {
    hideTooltip(plot);
    return;
  }
  const lasts = `${clock(block.from)} to ${clock(block.to)}, ${seconds((block.to - block.from) / 1000)}`;
  showTooltip(
    plot,
    <TooltipTable title={lasts} rows={[{ name: row.config.name, color: block.color, text: block.text }]} />,
  );
}
