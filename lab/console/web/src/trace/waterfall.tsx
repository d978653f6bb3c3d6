//! The spans as a tree grid: names on the left, bars on a common time scale on the right.
import { useMemo, useRef, useState } from "preact/hooks";
import type { Span, Trace } from "../api/types";
import { useWidth } from "../ui/size";
import { duration, durationsFormat, marksFormat, rulerMarks } from "./duration";
import { keyAction } from "./keys";
import { type Row, rowsOf, servicesOf, visibleRows } from "./tree";

const MAX_RULER_INTERVALS = 6;
/** Width of a mark with its label. */
const MARK_PX = 64;
/** Indent of a level, and the share of the column that stays for the name at any depth. */
const INDENT_PX = 14;
const MAX_INDENT = "45%";
/** Service colours in the style sheet. */
const COLORS = 8;

/** Arrow keys move between rows, left and right fold and unfold, Enter shows a span's details. */
export function Waterfall({ trace }: { trace: Trace }) {
  const all = useMemo(() => rowsOf(trace.spans), [trace]);
  const services = useMemo(() => servicesOf(trace.spans), [trace]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [detailed, setDetailed] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState<string | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const rows = visibleRows(all, folded);
  const end = Math.max(trace.duration_us, ...trace.spans.map((span) => span.start_us + span.duration_us), 1);
  const [ruler, rulerWidth] = useWidth();
  const marks = rulerMarks(end, Math.max(1, Math.min(MAX_RULER_INTERVALS, Math.floor((rulerWidth ?? 0) / MARK_PX))));
  const markText = marksFormat(marks);
  // A label needs the room right of its mark.
  const isLabelled = (mark: number): boolean => (1 - mark / end) * (rulerWidth ?? 0) >= MARK_PX;
  const durationText = useMemo(() => durationsFormat(trace.spans.map((span) => span.duration_us)), [trace]);
  const tabStop = rows.some(({ span }) => span.id === current) ? current : (rows[0]?.span.id ?? null);

  const focus = (id: string): void => {
    setCurrent(id);
    grid.current?.querySelector<HTMLElement>(`[data-span="${CSS.escape(id)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const id = event.target instanceof HTMLElement ? event.target.dataset.span : undefined;
    if (id === undefined) return;
    const action = keyAction(event.key, { rows, folded, current: id });
    if (action === null) return;
    event.preventDefault();
    if (action.does === "move") focus(action.to);
    else if (action.does === "fold") setFolded(toggled(folded, id));
    else setDetailed(toggled(detailed, id));
  };
  return (
    <div
      class="waterfall"
      role="treegrid"
      aria-label="Spans of the trace"
      aria-rowcount={all.length}
      ref={grid}
      onKeyDown={onKeyDown}
    >
      <div class="ruler" role="row">
        <span role="columnheader">Service and operation</span>
        <span role="columnheader" class="ruler-marks" ref={ruler} aria-label={`Time, from 0 to ${duration(end)}`}>
          {marks.map((mark) => (
            <span key={mark} style={{ left: `${((mark / end) * 100).toFixed(3)}%` }}>
              {isLabelled(mark) && markText(mark)}
            </span>
          ))}
        </span>
        <span role="columnheader" class="span-duration">
          Duration
        </span>
      </div>
      {rows.map((row) => (
        <SpanRow
          key={row.span.id}
          row={row}
          endUs={end}
          durationText={durationText}
          color={(services.indexOf(row.span.service) % COLORS) + 1}
          folded={folded.has(row.span.id)}
          detailed={detailed.has(row.span.id)}
          isTabStop={tabStop === row.span.id}
          onFold={() => setFolded(toggled(folded, row.span.id))}
          onDetails={() => {
            setCurrent(row.span.id);
            setDetailed(toggled(detailed, row.span.id));
          }}
        />
      ))}
    </div>
  );
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const changed = new Set(set);
  if (!changed.delete(id)) changed.add(id);
  return changed;
}

interface RowProps {
  readonly row: Row;
  /** The end of the time scale. */
  readonly endUs: number;
  readonly durationText: (us: number) => string;
  /** 1 to 8. */
  readonly color: number;
  readonly folded: boolean;
  readonly detailed: boolean;
  readonly isTabStop: boolean;
  readonly onFold: () => void;
  readonly onDetails: () => void;
}

/** The span's row, and a second one with its details. */
function SpanRow({ row, endUs, durationText, color, folded, detailed, isTabStop, onFold, onDetails }: RowProps) {
  const { span, depth, descendants } = row;
  const start = (span.start_us / endUs) * 100;
  const width = (span.duration_us / endUs) * 100;
  return (
    <>
      <div
        class={`span series-${color}${span.error ? " failed" : ""}`}
        role="row"
        aria-level={depth + 1}
        aria-posinset={row.position}
        aria-setsize={row.siblings}
        aria-expanded={descendants > 0 ? !folded : undefined}
        tabIndex={isTabStop ? 0 : -1}
        data-span={span.id}
        data-service={span.service}
        onClick={onDetails}
      >
        <span
          class="span-name"
          role="gridcell"
          title={`${span.service}: ${span.name}`}
          style={{ paddingLeft: `min(${depth * INDENT_PX}px, ${MAX_INDENT})` }}
        >
          {descendants > 0 ? (
            <button
              type="button"
              class="fold"
              tabIndex={-1}
              aria-label={folded ? `Expand ${descendants} spans` : `Collapse ${descendants} spans`}
              onClick={(event) => {
                event.stopPropagation();
                onFold();
              }}
            >
              <svg viewBox="0 0 10 10" aria-hidden="true" class={folded ? "" : "open"}>
                <path d="M3 1l4 4-4 4" />
              </svg>
            </button>
          ) : (
            <span class="fold" />
          )}
          <b>{span.service}</b> {span.error && <span class="error-mark">error</span>}{" "}
          <span class="operation">{span.name}</span>
          {folded && <span class="descendants"> +{descendants}</span>}
        </span>
        <span class="span-time" role="gridcell">
          <span class="span-bar" style={{ left: `${start.toFixed(3)}%`, width: `${width.toFixed(3)}%` }} />
        </span>
        <span class="span-duration" role="gridcell">
          {durationText(span.duration_us)}
        </span>
      </div>
      {detailed && <SpanDetails span={span} />}
    </>
  );
}

function SpanDetails({ span }: { span: Span }) {
  return (
    <div class="span-details" role="row">
      <div role="gridcell">
        <p class="full-name">
          <b>{span.service}</b> {span.name}
        </p>
        <p>
          {span.kind !== null && <>{span.kind}, </>}from {duration(span.start_us)} to{" "}
          {duration(span.start_us + span.duration_us)}
        </p>
        <Tags tags={span.tags} />
        {span.events.map((event, index) => (
          <div class="event" key={`${event.name} ${index}`}>
            <p>
              <b>{event.name}</b> at {duration(event.at_us)}
            </p>
            <Tags tags={event.tags} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Tags({ tags }: { tags: Span["tags"] }) {
  return (
    <dl class="tags">
      {tags.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
