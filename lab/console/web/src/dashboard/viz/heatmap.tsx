//! The heat map panel.
import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { HeatmapOptions, HeatmapView, PanelData } from "../../api/dashboard";
import { useTheme } from "../../theme/theme";
import { formatText } from "../../ui/format/number";
import { dateTime } from "../../ui/format/time";
import { cellColor, type HeatContent, heatContent, heatSpec, limitText } from "../chart/heat";
import { Plot } from "../chart/plot";
import type { OnPoint } from "../chart/pointer";
import { useZoom } from "../chart/pointer";
import { hideTooltip, showTooltip, TooltipTable } from "../chart/tooltip";
import { displayText } from "../value/display";

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
    const onPoint: OnPoint = (plot, idx) => newest.current && cellTooltip(plot, idx, newest.current);
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

/** The newest value of each bucket, for screen readers. */
function Summary({ title, view, options }: Pick<Props, "title" | "view" | "options">) {
  return (
    <ul class="hidden" aria-label={`${title}: newest values by bucket`}>
      {view.cells.map((row, index) => {
        const name = bucketText(view, index, options);
        const last = row.findLast((cell) => cell !== null) ?? null;
        return (
          <li key={name} data-name={name} data-last={last === null ? "" : String(last)}>
            {name}: {displayText(last, view.config)}
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

/** Rows of the tooltip above and below the bucket at the pointer. */
const TOOLTIP_NEIGHBOURS = 4;

function cellTooltip(plot: uPlot, _: number | null, content: HeatContent): void {
  const { view, options } = content;
  const { left = -1, top = -1 } = plot.cursor;
  const at = plot.posToVal(left, "x");
  // The time of a cell is its end.
  const column = view.times.findIndex((time) => time >= at);
  const bucket = Math.floor(plot.posToVal(top, "y"));
  const time = view.times[column];
  if (left < 0 || top < 0 || time === undefined || !view.buckets[bucket]) {
    hideTooltip(plot);
    return;
  }
  const neighbours = options.tooltip_histogram ? TOOLTIP_NEIGHBOURS : 0;
  const rows = [];
  for (
    let index = Math.min(view.buckets.length - 1, bucket + neighbours);
    index >= Math.max(0, bucket - neighbours);
    index--
  ) {
    const value = view.cells[index]?.[column] ?? null;
    rows.push({
      name: bucketText(view, index, options),
      color: value === null || value <= 0 ? "transparent" : cellColor(value, content),
      text: displayText(value ?? 0, view.config),
      strong: index === bucket,
    });
  }
  showTooltip(
    plot,
    <TooltipTable title={`${dateTime(time - view.step_ms)} to ${dateTime(time).slice(-8)}`} rows={rows} />,
  );
}
