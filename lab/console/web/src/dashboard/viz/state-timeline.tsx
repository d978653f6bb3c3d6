import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { PanelData, SeriesView, StateOptions } from "../../api/dashboard";
import { useTheme } from "../../theme/theme";
import { clock } from "../../ui/format/time";
import { seconds } from "../../ui/format/units";
import type { OnPoint } from "../chart/frame";
import { withGaps } from "../chart/gaps";
import { Plot } from "../chart/plot";
import { type StateContent, stateContent, stateSpec } from "../chart/states";
import { hideTip, showTip, TipTable } from "../chart/tip";
import { lastOf } from "../value/color";
import { shownText } from "../value/shown";
import { useZoom } from "../zoom";

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
    const onPoint: OnPoint = (plot) => newest.current && blockTip(plot, newest.current, options);
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
              {config.name}: {shownText(last, config)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function blockTip(plot: uPlot, { rows }: StateContent, options: StateOptions): void {
  const { left = -1, top = -1 } = plot.cursor;
  const at = plot.posToVal(left, "x");
  const row = rows[Math.floor(plot.posToVal(top, "y"))];
  const block = row?.blocks.find(({ from, to }) => from <= at && at < to);
  if (left < 0 || top < 0 || !row || !block || options.tooltip.mode === "none") {
    hideTip(plot);
    return;
  }
  const lasts = `${clock(block.from)} to ${clock(block.to)}, ${seconds((block.to - block.from) / 1000)}`;
  showTip(plot, <TipTable title={lasts} rows={[{ name: row.config.name, color: block.color, text: block.text }]} />);
}
