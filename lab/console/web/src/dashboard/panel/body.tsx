//! The content of a panel by its kind and state.
import type { ComponentChildren } from "preact";
import type { PanelData, PanelHead, SourceDown } from "../../api/dashboard";
import type { PanelState } from "../session";
import { NO_DATA } from "../value/display";
import { SOURCE_NAMES } from "../value/source";
import { AlertList } from "../viz/alerts";
import { BarGauge } from "../viz/bargauge";
import { Gauge } from "../viz/gauge";
import { Heatmap } from "../viz/heatmap";
import { Stat } from "../viz/stat";
import { StateTimeline } from "../viz/state-timeline";
import { Table } from "../viz/table";
import { TimeSeries } from "../viz/timeseries";

export type Progress = "loading" | "ready" | "empty" | "error";

/** The panel's progress, and the number of series, values, rows or buckets that it shows. */
export function progressOf({ data, error }: PanelState): { progress: Progress; series: number } {
  const series = data?.view ? count(data.view) : 0;
  if (error !== null) return { progress: "error", series };
  if (!data) return { progress: "loading", series };
  return { progress: series > 0 ? "ready" : "empty", series };
}

function count(view: NonNullable<PanelData["view"]>): number {
  switch (view.kind) {
    case "series":
      return view.series.length;
    case "values":
      return view.values.length;
    case "table":
      return view.rows.length;
    case "heatmap":
      return view.buckets.length;
    case "alerts":
      return view.alerts.length;
    case "text":
      return 1;
  }
}

export function PanelBody({ head, state }: { head: PanelHead; state: PanelState }) {
  const { data, error } = state;
  if (!data) return error === null ? <div class="panel-note" aria-busy="true" /> : <PanelError text={error} />;
  const content = progressOf(state).series > 0 ? renderView(head, data) : null;
  return (
    <>
      {error !== null && data.down.length > 0 && <SourcesDown down={data.down} />}
      {error !== null && data.down.length === 0 && <PanelError text={error} short={content !== null} />}
      {content ?? (error === null && <div class="panel-note">{head.no_value ?? NO_DATA}</div>)}
    </>
  );
}

/** Quiet, because a banner has the reason; the tooltip repeats it. */
function SourcesDown({ down }: { down: readonly SourceDown[] }) {
  const names = down.map(({ source }) => SOURCE_NAMES[source]);
  const reasons = down.map(({ source, reason }) => `${SOURCE_NAMES[source]} ${reason}`);
  return (
    <div class="panel-note" title={reasons.join("\n")}>
      No data: {names.join(" and ")} {down.length > 1 ? "are" : "is"} down
    </div>
  );
}

function PanelError({ text, short = false }: { text: string; short?: boolean }) {
  return (
    <div class="panel-error" data-short={short} role="alert" tabIndex={0}>
      {text}
    </div>
  );
}

/** Null if the view does not match the panel's kind. */
function renderView(head: PanelHead, data: PanelData): ComponentChildren {
  const { view } = data;
  const { title } = head;
  if (view?.kind === "text") return <div class="panel-text" dangerouslySetInnerHTML={{ __html: view.html }} />;
  if (view?.kind === "alerts") return <AlertList alerts={view.alerts} />;
  switch (head.kind) {
    case "timeseries":
      return view?.kind === "series" ? (
        <TimeSeries title={title} data={data} view={view} options={head.options} />
      ) : null;
    case "state-timeline":
      return view?.kind === "series" ? (
        <StateTimeline title={title} data={data} view={view} options={head.options} />
      ) : null;
    case "heatmap":
      return view?.kind === "heatmap" ? <Heatmap title={title} data={data} view={view} options={head.options} /> : null;
    case "table":
      return view?.kind === "table" ? <Table title={title} view={view} options={head.options} /> : null;
    case "stat":
      return view?.kind === "values" ? <Stat view={view} options={head.options} /> : null;
    case "gauge":
      return view?.kind === "values" ? <Gauge view={view} options={head.options} /> : null;
    case "bargauge":
      return view?.kind === "values" ? <BarGauge view={view} options={head.options} /> : null;
    default:
      return null;
  }
}
