//! One trace: its figures, and its spans as a waterfall.
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { ApiError, get, isAbort, reason } from "../api/client";
import { useTitle } from "../api/lab";
import type { Trace } from "../api/types";
import { Loading, Problem } from "../ui/states";
import { Relative, Time } from "../ui/time";
import { duration } from "./duration";
import { servicesOf } from "./tree";
import { Waterfall } from "./waterfall";
import "./trace.css";

/** `/t/TRACE` */
export function TracePage({ trace: id }: { trace: string }) {
  useTitle(`Trace ${id.slice(0, 8)}`);
  const { trace, notFound, error, retry } = useTrace(id);
  return (
    <div
      class="trace-page"
      data-trace={id}
      data-state={trace !== null ? "ready" : error !== null ? "error" : "loading"}
    >
      <p class="breadcrumb">
        <a href="/t">Traces</a>
      </p>
      <h1>
        {trace === null ? "Trace" : rootOf(trace)} <code class="trace-id">{id}</code>
      </h1>
      {trace !== null && <Figures trace={trace} />}
      {trace !== null && trace.left_out > 0 && (
        <p class="left-out">
          Only the first {trace.spans.length} spans are shown; {trace.left_out} are omitted.
        </p>
      )}
      {trace !== null && <Waterfall key={id} trace={trace} />}
      {trace === null && error === null && (
        <Loading
          what={notFound ? "Not stored yet; spans take a second or two to arrive. Retrying" : "Loading the trace"}
        />
      )}
      {error !== null && (
        <Problem title={error} onRetry={retry}>
          Traces are kept in memory, so old ones are dropped.
        </Problem>
      )}
    </div>
  );
}

function rootOf(trace: Trace): string {
  const root = trace.spans[0];
  return root === undefined ? "Trace" : `${root.service}: ${root.name}`;
}

function Figures({ trace }: { trace: Trace }) {
  const errors = trace.spans.filter((span) => span.error).length;
  return (
    <dl class="figures">
      <Figure name="Duration">{duration(trace.duration_us)}</Figure>
      <Figure name="Spans">{trace.spans.length + trace.left_out}</Figure>
      <Figure name="Services">{servicesOf(trace.spans).length}</Figure>
      <Figure name="Errors" bad={errors > 0}>
        {errors}
      </Figure>
      <Figure name="Started">
        <Time at={trace.at} />{" "}
        <small>
          (<Relative at={trace.at} />)
        </small>
      </Figure>
    </dl>
  );
}

function Figure({ name, bad = false, children }: { name: string; bad?: boolean; children: ComponentChildren }) {
  return (
    <div class={bad ? "bad" : ""}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface TraceState {
  readonly trace: Trace | null;
  /** True while the trace is requested again because it was not stored yet. */
  readonly notFound: boolean;
  readonly error: string | null;
  readonly retry: () => void;
}

const POLL_INTERVAL_MS = 1000;
/** Services export spans twice a second, so none arrive after this time. */
const SPANS_TIMEOUT_MS = 10_000;
/** A new trace grows; it is complete once it is unchanged in this many polls. */
const UNCHANGED_POLLS = 3;

/** Polls a trace until it is stored and complete. `id` has 32 hexadecimal digits. */
function useTrace(id: string): TraceState {
  const [trace, setTrace] = useState<Trace | null>(null);
  const [notFound, setNotFound] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const start = Date.now();
    let spans = 0;
    let unchanged = 0;
    const poll = async (): Promise<void> => {
      try {
        const found = await get<Trace>(`/api/traces/${encodeURIComponent(id)}`, controller.signal);
        unchanged = found.spans.length === spans ? unchanged + 1 : 0;
        spans = found.spans.length;
        if (unchanged === 0) setTrace(found);
        const isNew = Date.now() - found.at < SPANS_TIMEOUT_MS;
        if (isNew && unchanged < UNCHANGED_POLLS) timer = setTimeout(() => void poll(), POLL_INTERVAL_MS);
      } catch (error) {
        if (isAbort(error)) return;
        const retryable = error instanceof ApiError && error.status === 404 && Date.now() - start < SPANS_TIMEOUT_MS;
        if (!retryable) {
          setError(reason(error));
          return;
        }
        setNotFound(true);
        timer = setTimeout(() => void poll(), POLL_INTERVAL_MS);
      }
    };
    setTrace(null);
    setNotFound(false);
    setError(null);
    void poll();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [id, attempt]);
  const retry = useCallback(() => setAttempt((before) => before + 1), []);
  return { trace, notFound, error, retry };
}
