//! A load's button in a tutorial, with its counts.
import { Countdown } from "../alerts/countdown";
import { Trouble } from "../alerts/trouble";
import { useRequest } from "../alerts/use-request";
import { del, post } from "../api/client";
import { useEvents } from "../api/events";
import type { Action } from "../api/types";
import { Button } from "../ui/button";

/** One load runs at a time, whoever started it. */
export function LoadAction({ action }: { action: Action & { kind: "load" } }) {
  const load = useEvents().faults?.load ?? null;
  const { busy, refused, send } = useRequest();
  return (
    <div
      class="act"
      data-load
      data-running={String(load?.running ?? false)}
      data-sent={String(load?.sent ?? 0)}
      data-failed={String(load?.failed ?? 0)}
    >
      {load?.running === true ? (
        <>
          <Button busy={busy} onClick={() => void send(del("/api/load"))}>
            Stop the load
          </Button>
          {load.until !== null && (
            <Countdown since={load.until - action.seconds * 1000} until={load.until} what="Ends in" />
          )}
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
      <Trouble text={refused} />
    </div>
  );
}
