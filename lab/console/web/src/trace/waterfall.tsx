//! The spans as a tree grid: names to the left, bars on one time scale to the right.
import { useMemo, useRef, useState } from "preact/hooks";
import type { Trace } from "../api/types";
import { duration, marks } from "./duration";
import { keyed } from "./keys";
import { SpanRow } from "./row";
import { branches, services, visible } from "./tree";

const MOST_MARKS = 6;

/** Arrow keys go from row to row, left and right fold and unfold, Enter shows a span's tags. */
export function Waterfall({ trace }: { trace: Trace }) {
  const all = useMemo(() => branches(trace.spans), [trace]);
  const names = useMemo(() => services(trace.spans), [trace]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState<string | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const shown = visible(all, folded);
  const end = Math.max(trace.duration_us, ...trace.spans.map((span) => span.start_us + span.duration_us), 1);
  const reachable = shown.some(({ span }) => span.id === current) ? current : (shown[0]?.span.id ?? null);

  const focus = (id: string): void => {
    setCurrent(id);
    grid.current?.querySelector<HTMLElement>(`[data-span="${CSS.escape(id)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = event.target instanceof HTMLElement ? event.target.dataset.span : undefined;
    if (at === undefined) return;
    const done = keyed(event.key, { shown, folded, at });
    if (done === null) return;
    event.preventDefault();
    if (done.does === "go") focus(done.to);
    else if (done.does === "fold") setFolded(toggled(folded, at));
    else setOpened(toggled(opened, at));
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
        <span role="columnheader" class="ruler-marks" aria-label={`Time, from 0 to ${duration(end)}`}>
          {marks(end, MOST_MARKS).map((mark) => (
            <span
              key={mark}
              style={{ left: `${((mark / end) * 100).toFixed(3)}%` }}
              class={mark / end > 0.93 ? "last" : ""}
            >
              {duration(mark)}
            </span>
          ))}
        </span>
        <span role="columnheader" class="took">
          Took
        </span>
      </div>
      {shown.map((branch) => (
        <SpanRow
          key={branch.span.id}
          branch={branch}
          end={end}
          colour={(names.indexOf(branch.span.service) % 8) + 1}
          folded={folded.has(branch.span.id)}
          opened={opened.has(branch.span.id)}
          reachable={reachable === branch.span.id}
          onFold={() => setFolded(toggled(folded, branch.span.id))}
          onOpen={() => {
            setCurrent(branch.span.id);
            setOpened(toggled(opened, branch.span.id));
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
