//! The newest traces of a service, filtered by errors and minimum duration.
import { useEffect, useState } from "preact/hooks";
import { get, isAbort, reason } from "../api/client";
import { useTitle } from "../api/lab";
import type { TraceHead } from "../api/types";
import { navigate, useLocation } from "../router";
import { Button } from "../ui/button";
import { Empty, Loading, Problem } from "../ui/states";
import { Relative } from "../ui/time";
import { durationsFormat } from "./duration";
import { type Filter, Filters, parseFilter, queryOf } from "./filters";
import "./trace.css";
import "./search.css";

/** `/t`, with the filter in the query. */
export function TraceSearchPage() {
  useTitle("Traces");
  const { query } = useLocation();
  const filter = parseFilter(query);
  const { heads, error, reload } = useTraces(filter);
  const shown =
    heads?.filter((head) => (!filter.errors || head.errors > 0) && head.duration_ms >= filter.minMs) ?? null;
  return (
    <div class="trace-search">
      <h1>Traces</h1>
      <Filters filter={filter} onChange={(next) => navigate(`/t${queryOf(next)}`, true)} />
      <div class="found">
        <p role="status">{shown === null ? "Loading" : `${shown.length} of the newest ${heads?.length ?? 0} traces`}</p>
        <Button small onClick={reload}>
          Refresh
        </Button>
      </div>
      {error !== null && <Problem title={error} onRetry={reload} />}
      {error === null && shown === null && <Loading />}
      {shown?.length === 0 && (
        <Empty title="No traces found">
          <p>Send requests first: start the load on the overview, or use a button in a tutorial.</p>
        </Empty>
      )}
      {shown !== null && shown.length > 0 && <TraceTable heads={shown} />}
    </div>
  );
}

interface Traces {
  readonly heads: readonly TraceHead[] | null;
  readonly error: string | null;
  readonly reload: () => void;
}

function useTraces({ service, limit }: Filter): Traces {
  const [heads, setHeads] = useState<readonly TraceHead[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setError(null);
    get<TraceHead[]>(`/api/traces?service=${encodeURIComponent(service)}&limit=${limit}`, controller.signal).then(
      setHeads,
      (error: unknown) => {
        if (!isAbort(error)) setError(reason(error));
      },
    );
    return () => controller.abort();
  }, [service, limit, attempt]);
  return { heads, error, reload: () => setAttempt(attempt + 1) };
}

/** Newest first, with bars that compare the durations. */
function TraceTable({ heads }: { heads: readonly TraceHead[] }) {
  const duration = durationsFormat(heads.map((head) => head.duration_ms * 1000));
  const longest = Math.max(...heads.map((head) => head.duration_ms), 0.001);
  return (
    <section class="table-scroll" tabIndex={0} aria-label="Traces">
      <table class="traces">
        <thead>
          <tr>
            <th scope="col">Trace</th>
            <th scope="col">Duration</th>
            <th scope="col">Spans</th>
            <th scope="col">Errors</th>
            <th scope="col">Services</th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          {heads.map((head) => (
            <tr key={head.trace} class={head.errors > 0 ? "failed" : ""} data-trace-row={head.trace}>
              <th scope="row">
                <a href={`/t/${head.trace}`}>{head.root}</a>
              </th>
              <td class="length">
                <span class="length-bar" style={{ width: `${((head.duration_ms / longest) * 100).toFixed(1)}%` }} />
                <span>{duration(head.duration_ms * 1000)}</span>
              </td>
              <td>{head.spans}</td>
              <td>{head.errors > 0 ? <span class="error-mark">{head.errors} failed</span> : "0"}</td>
              <td class="services">{head.services.join(", ")}</td>
              <td>
                <Relative at={head.at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
