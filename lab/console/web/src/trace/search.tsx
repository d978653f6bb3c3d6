//! Recent traces of a service: errors only, or those that took long.
import { useEffect, useState } from "preact/hooks";
import { get, isAbort, reason } from "../api/client";
import { useTitle } from "../api/lab";
import type { TraceHead } from "../api/types";
import { navigate, usePlace } from "../app/router";
import { Button } from "../ui/button";
import { Empty, Loading, Problem } from "../ui/states";
import { type Filter, Filters, filterOf, queryOf } from "./filters";
import { TraceTable } from "./table";
import "./trace.css";
import "./search.css";

/** /t, with what is asked for in the address. */
export function TraceSearchPage() {
  useTitle("Traces");
  const { query } = usePlace();
  const filter = filterOf(query);
  const { heads, failed, again } = useTraces(filter);
  const shown =
    heads?.filter((head) => (!filter.errors || head.errors > 0) && head.duration_ms >= filter.minMs) ?? null;
  return (
    <div class="trace-search">
      <h1>Traces</h1>
      <Filters filter={filter} onChange={(next) => navigate(`/t${queryOf(next)}`, true)} />
      <div class="found">
        <p role="status">{shown === null ? "Asking" : `${shown.length} of the newest ${heads?.length ?? 0} traces`}</p>
        <Button small onClick={again}>
          Ask again
        </Button>
      </div>
      {failed !== null && <Problem title={failed} onRetry={again} />}
      {failed === null && shown === null && <Loading />}
      {shown?.length === 0 && (
        <Empty title="No such trace">
          <p>Send something first: the picture's load, or a tutorial's button.</p>
        </Empty>
      )}
      {shown !== null && shown.length > 0 && <TraceTable heads={shown} />}
    </div>
  );
}

interface Found {
  readonly heads: readonly TraceHead[] | null;
  readonly failed: string | null;
  readonly again: () => void;
}

function useTraces({ service, limit }: Filter): Found {
  const [heads, setHeads] = useState<readonly TraceHead[] | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setFailed(null);
    get<TraceHead[]>(`/api/traces?service=${encodeURIComponent(service)}&limit=${limit}`, stop.signal).then(
      setHeads,
      (error: unknown) => {
        if (!isAbort(error)) setFailed(reason(error));
      },
    );
    return () => stop.abort();
  }, [service, limit, round]);
  return { heads, failed, again: () => setRound((before) => before + 1) };
}
