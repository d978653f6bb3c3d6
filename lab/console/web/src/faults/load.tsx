//! The load generator: start, counts, stop.
import { del, post } from "../api/client";
import type { LoadState } from "../api/types";
import { Button } from "../ui/button";
import { Countdown } from "../ui/countdown";
import { ErrorText, useRequest } from "../ui/request";
import "./faults.css";

const LOAD_SECONDS = 60;

/** `load` is null until the first event arrives. */
export function Load({ load }: { load: LoadState | null }) {
  const { busy, error, send } = useRequest();
  const running = load?.running ?? false;
  return (
    <section
      class={`load card${running ? " on" : ""}`}
      aria-labelledby="load-title"
      data-load
      data-running={String(running)}
      data-sent={String(load?.sent ?? 0)}
      data-failed={String(load?.failed ?? 0)}
    >
      <div class="load-text">
        <h2 id="load-title">Load</h2>
        <p>
          {running && load !== null ? (
            <>
              {load.streams.join(", ")}: <b class="figure">{load.sent}</b> requests sent at {load.rate} per second,{" "}
              <b class="figure">{load.failed}</b> failed
            </>
          ) : load !== null && load.sent > 0 ? (
            <>
              The last load sent <b class="figure">{load.sent}</b> requests; <b class="figure">{load.failed}</b> failed.
            </>
          ) : (
            "Sends echoes, orders and hellos for a minute, like make load."
          )}
        </p>
      </div>
      <div class="fault-buttons">
        {running && load?.until != null && (
          <Countdown since={load.until - LOAD_SECONDS * 1000} until={load.until} label="Ends in" />
        )}
        {running ? (
          <Button disabled={busy} onClick={() => void send(del("/api/load"))}>
            Stop
          </Button>
        ) : (
          <Button
            tone="primary"
            disabled={busy || load === null}
            onClick={() => void send(post("/api/load", { seconds: LOAD_SECONDS }))}
          >
            Send load
          </Button>
        )}
      </div>
      <ErrorText text={error} />
    </section>
  );
}
