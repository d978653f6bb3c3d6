//! A load's button in a tutorial, with its counts.
import { useState } from "preact/hooks";
import { Countdown } from "../alerts/countdown";
import { del, post, reason } from "../api/client";
import { useEvents } from "../api/events";
import type { Action } from "../api/types";
import { Button } from "../ui/button";

/** One load runs at a time, whoever started it. */
export function LoadAction({ action }: { action: Action & { kind: "load" } }) {
  const load = useEvents().faults?.load ?? null;
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const send = async (request: Promise<unknown>): Promise<void> => {
    setBusy(true);
    setFailed(null);
    await request.catch((error: unknown) => setFailed(reason(error)));
    setBusy(false);
  };
  return (
    <div class="act" data-load data-running={String(load?.running ?? false)} data-sent={String(load?.sent ?? 0)} data-failed={String(load?.failed ?? 0)}>
      {load?.running === true ? (
        <>
          <Button busy={busy} onClick={() => void send(del("/api/load"))}>
            Stop the load
          </Button>
          {load.until !== null && <Countdown since={load.until - action.seconds * 1000} until={load.until} what="Ends in" />}
        </>
      ) : (
        <Button
          tone="primary"
          busy={busy}
          data-action="load"
          onClick={() => void send(post("/api/load", { seconds: action.seconds, streams: action.streams }))}
        >
          {action.label}
        </Button>
      )}
      {load !== null && load.sent > 0 && (
        <p class="sent">
          <b class="figure">{load.sent}</b> sent, <b class="figure">{load.failed}</b> failed
        </p>
      )}
      {failed !== null && (
        <p class="trouble" role="alert">
          {failed}
        </p>
      )}
    </div>
  );
}
