//! The tooltip over a time series: the values at the pointer's time.
import type uPlot from "uplot";
import type { SeriesOptions } from "../../api/dashboard";
import { dateTime } from "../../ui/format/time";
import { shownText } from "../value/shown";
import type { SeriesContent } from "./series";
import { hideTip, showTip, type TipRow, TipTable } from "./tip";

const MOST_ROWS = 24;
/** So near to an alert's line, in px, that it is named. */
const NEAR = 6;

export function seriesTip(
  plot: uPlot,
  idx: number | null,
  content: SeriesContent,
  options: SeriesOptions["tooltip"],
): void {
  const { view } = content;
  const at = idx === null ? undefined : view.times[idx];
  if (idx === null || at === undefined || options.mode === "none") {
    hideTip(plot);
    return;
  }
  const rows = rowsAt(plot, idx, content, options);
  const alerts = nearby(plot, content);
  const more = (
    <>
      {rows.length > MOST_ROWS && <div class="tip-more">and {rows.length - MOST_ROWS} more</div>}
      {alerts.map(({ at, title }) => (
        <div class="tip-alert" key={`${at} ${title}`}>
          {title}
        </div>
      ))}
    </>
  );
  showTip(plot, <TipTable title={dateTime(at)} rows={rows.slice(0, MOST_ROWS)} more={more} />);
}

function rowsAt(plot: uPlot, idx: number, content: SeriesContent, options: SeriesOptions["tooltip"]): TipRow[] {
  const { view, hidden, colors } = content;
  const focused = nearest(plot, idx);
  const found = view.series.flatMap(({ config, values }, index) => {
    const value = values[idx] ?? null;
    const left = hidden.has(index) || config.custom.hide.tooltip || config.custom.hide.viz;
    if (left || value === null || (options.mode === "single" && index !== focused)) return [];
    return [{ value, row: row(config.name, colors[index] ?? "", shownText(value, config), index === focused) }];
  });
  if (options.sort !== "none") {
    found.sort((a, b) => (options.sort === "desc" ? b.value - a.value : a.value - b.value));
  }
  return found.map(({ row }) => row);
}

function row(name: string, color: string, text: string, strong: boolean): TipRow {
  return { name, color, text, strong };
}

/** Index of the series whose line is nearest to the pointer. */
function nearest(plot: uPlot, idx: number): number {
  const top = plot.cursor.top ?? 0;
  let best = -1;
  let distance = Infinity;
  plot.series.forEach((series, index) => {
    const value = plot.data[index]?.[idx];
    if (index === 0 || !series.show || value == null || !series.scale) return;
    const away = Math.abs(plot.valToPos(value, series.scale) - top);
    if (away < distance) {
      distance = away;
      best = index - 1;
    }
  });
  return best;
}

function nearby(plot: uPlot, { annotations }: SeriesContent) {
  const left = plot.cursor.left ?? 0;
  return annotations.filter(({ at }) => Math.abs(plot.valToPos(at, "x") - left) < NEAR);
}
