import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { HeatmapOptions, HeatmapView, PanelData } from "../../api/dashboard";
import { useTheme } from "../../theme/theme";
import { formatText } from "../../ui/format/number";
import { dateTime } from "../../ui/format/time";
import type { OnPoint } from "../chart/frame";
import { cellColor, type HeatContent, heatContent, heatSpec, limitText } from "../chart/heat";
import { Plot } from "../chart/plot";
import { hideTip, showTip, TipTable } from "../chart/tip";
import { shownText } from "../value/shown";
import { useZoom } from "../zoom";

interface Props {
  title: string;
  data: PanelData;
  view: HeatmapView;
  options: HeatmapOptions;
}

export function Heatmap({ title, data, view, options }: Props) {
  const theme = useTheme();
  const zoom = useZoom();
  const newest = useRef<HeatContent | null>(null);
  const spec = useMemo(() => {
    const onPoint: OnPoint = (plot, idx) => newest.current && cellTip(plot, idx, newest.current);
    return heatSpec(heatContent(view, options), data, { theme, zoom, onPoint });
  }, [view, data, theme, zoom, options]);
  newest.current = spec.content;
  const { colors, low, high } = spec.content;
  const value = (at: number) => formatText(at, view.config.unit, view.config.decimals);
  return (
    <div class="chart" data-legend="bottom">
      <Plot spec={spec} label={`${title}: heat map of ${view.buckets.length} buckets over time`} />
      {options.show_legend && high >= low && (
        <div class="heat-legend">
          <span>{value(low)}</span>
          <span class="heat-scale" style={{ background: `linear-gradient(to right, ${colors.join(", ")})` }} />
          <span>{value(high)}</span>
        </div>
      )}
      <Summary title={title} view={view} options={options} />
    </div>
  );
}

/** What stands in each bucket at the newest time, for who cannot see the cells. */
function Summary({ title, view, options }: Pick<Props, "title" | "view" | "options">) {
  return (
    <ul class="hidden" aria-label={`${title}: newest values by bucket`}>
      {view.cells.map((row, index) => {
        const name = bucketText(view, index, options);
        const last = row.findLast((cell) => cell !== null) ?? null;
        return (
          <li key={name} data-name={name} data-last={last === null ? "" : String(last)}>
            {name}: {shownText(last, view.config)}
          </li>
        );
      })}
    </ul>
  );
}

function bucketText({ buckets }: HeatmapView, index: number, options: HeatmapOptions): string {
  const { from, to } = buckets[index] ?? { from: null, to: null };
  return `${limitText(from, true, options) || "-Inf"} to ${limitText(to, false, options)}`;
}

/** Rows of the tooltip around the pointer's own bucket. */
const AROUND = 4;

function cellTip(plot: uPlot, _: number | null, content: HeatContent): void {
  const { view, options } = content;
  const { left = -1, top = -1 } = plot.cursor;
  const at = plot.posToVal(left, "x");
  // A cell ends at its own time.
  const column = view.times.findIndex((time) => time >= at);
  const bucket = Math.floor(plot.posToVal(top, "y"));
  const time = view.times[column];
  if (left < 0 || top < 0 || time === undefined || !view.buckets[bucket]) {
    hideTip(plot);
    return;
  }
  const shown = options.tooltip_histogram ? AROUND : 0;
  const rows = [];
  for (let index = Math.min(view.buckets.length - 1, bucket + shown); index >= Math.max(0, bucket - shown); index--) {
    const value = view.cells[index]?.[column] ?? null;
    rows.push({
      name: bucketText(view, index, options),
      color: value === null || value <= 0 ? "transparent" : cellColor(value, content),
      text: shownText(value ?? 0, view.config),
      strong: index === bucket,
    });
  }
  showTip(plot, <TipTable title={`${dateTime(time - view.step_ms)} to ${dateTime(time).slice(-8)}`} rows={rows} />);
}
