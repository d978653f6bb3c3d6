//! A bounded load: start, counts, stop.
import { del, post } from "../api/client";
import type { LoadState } from "../api/types";
import { Button } from "../ui/button";
import { Countdown } from "./countdown";
import { Trouble } from "./trouble";
import { useRequest } from "./use-request";
import "./faults.css";

const SECONDS = 60;

/** Null: nothing was told yet. */
export function Load({ load }: { load: LoadState | null }) {
  const { busy, refused, send } = useRequest();
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
      <div class="load-told">
        <h2 id="load-title">Give it work</h2>
        <p>
          {running && load !== null ? (
            <>
              {load.streams.join(", ")}: <b class="figure">{load.sent}</b> sent at {load.rate} a second,{" "}
              <b class="figure">{load.failed}</b> failed
            </>
          ) : load !== null && load.sent > 0 ? (
            <>
              The last load sent <b class="figure">{load.sent}</b> requests; <b class="figure">{load.failed}</b> failed.
            </>
          ) : (
            "Echoes, orders and hellos for a minute, as make load sends them."
          )}
        </p>
      </div>
      <div class="fault-buttons">
        {running && load?.until != null && (
          <Countdown since={load.until - SECONDS * 1000} until={load.until} what="Ends in" />
        )}
        {running ? (
          <Button disabled={busy} onClick={() => void send(del("/api/load"))}>
            Stop
          </Button>
        ) : (
          <Button
            tone="primary"
            disabled={busy || load === null}
            onClick={() => void send(post("/api/load", { seconds: SECONDS }))}
          >
            Send load
          </Button>
        )}
      </div>
      <Trouble text={refused} />
    </section>
  );
}
