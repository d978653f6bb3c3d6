//! The tooltip of a time series: the values at the pointer, and alerts near it.
import type uPlot from "uplot";
import type { SeriesOptions } from "../../api/dashboard";
import { dateTime } from "../../ui/format/time";
import { displayText } from "../value/display";
import type { SeriesContent } from "./series";
import { hideTooltip, showTooltip, type TooltipRow, TooltipTable } from "./tooltip";

const MAX_ROWS = 24;
/** Alerts this near to the pointer are named. */
const MAX_ALERT_DISTANCE_PX = 6;

export function seriesTooltip(
  plot: uPlot,
  idx: number | null,
  content: SeriesContent,
  options: SeriesOptions["tooltip"],
): void {
  const { view } = content;
  const at = idx === null ? undefined : view.times[idx];
  if (idx === null || at === undefined || options.mode === "none") {
    hideTooltip(plot);
    return;
  }
  const rows = rowsAt(plot, idx, content, options);
  const alerts = nearbyAlerts(plot, content);
  const more = (
    <>
      {rows.length > MAX_ROWS && <div class="tooltip-more">and {rows.length - MAX_ROWS} more</div>}
      {alerts.map(({ at, title }) => (
        <div class="tooltip-alert" key={`${at} ${title}`}>
          {title}
        </div>
      ))}
    </>
  );
  showTooltip(plot, <TooltipTable title={dateTime(at)} rows={rows.slice(0, MAX_ROWS)} more={more} />);
}

function rowsAt(plot: uPlot, idx: number, content: SeriesContent, options: SeriesOptions["tooltip"]): TooltipRow[] {
  const { view, hidden, colors } = content;
  const nearest = nearestSeries(plot, idx);
  const rows = view.series.flatMap(({ config, values }, index) => {
    const value = values[idx] ?? null;
    const omitted = hidden.has(index) || config.custom.hide.tooltip || config.custom.hide.viz;
    if (omitted || value === null || (options.mode === "single" && index !== nearest)) return [];
    return [{ value, row: row(config.name, colors[index] ?? "", displayText(value, config), index === nearest) }];
  });
  if (options.sort !== "none") {
    rows.sort((a, b) => (options.sort === "desc" ? b.value - a.value : a.value - b.value));
  }
  return rows.map(({ row }) => row);
}

function row(name: string, color: string, text: string, strong: boolean): TooltipRow {
  return { name, color, text, strong };
}

/** Index of the series whose line is nearest to the pointer; -1 without one. */
function nearestSeries(plot: uPlot, idx: number): number {
  const top = plot.cursor.top ?? 0;
  let nearest = -1;
  let distance = Infinity;
  plot.series.forEach((series, index) => {
    const value = plot.data[index]?.[idx];
    if (index === 0 || !series.show || value == null || !series.scale) return;
    const current = Math.abs(plot.valToPos(value, series.scale) - top);
    if (current < distance) {
      distance = current;
      nearest = index - 1;
    }
  });
  return nearest;
}

function nearbyAlerts(plot: uPlot, { annotations }: SeriesContent) {
  const left = plot.cursor.left ?? 0;
  return annotations.filter(({ at }) => Math.abs(plot.valToPos(at, "x") - left) < MAX_ALERT_DISTANCE_PX);
}
