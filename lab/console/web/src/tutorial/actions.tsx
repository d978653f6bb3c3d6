//! The buttons of commands: send a request, inject a fault, or start a load.
import { useState } from "preact/hooks";
import { AlertRow } from "../alerts/alerts";
import { del, post } from "../api/client";
import { useEvents } from "../api/events";
import type { Action, ActionAnswer, Alert } from "../api/types";
import { FaultButtons, FaultError, LockBanner, lockOf, useFault } from "../faults/faults";
import { Button } from "../ui/button";
import { Countdown } from "../ui/countdown";
import { ErrorText, useRequest } from "../ui/request";
import { useNow } from "../ui/time";

type ActionOf<K extends Action["kind"]> = Action & { kind: K };

/** Sends the command's request and shows the response until the next one. */
export function RequestButton({ action }: { action: ActionOf<"action"> }) {
  const { busy, error, send } = useRequest();
  const [response, setResponse] = useState<ActionAnswer | null>(null);
  const onClick = async (): Promise<void> =>
    setResponse(await send(post<ActionAnswer>(`/api/actions/${action.name}`, action.body)));
  return (
    <div class="action">
      <Button tone="primary" busy={busy} data-action={action.name} onClick={() => void onClick()}>
        {action.label}
      </Button>
      <div class="action-result" aria-live="polite">
        {response !== null && <ResponseView response={response} />}
        {error !== null && <p class="error-text">{error}</p>}
      </div>
    </div>
  );
}

function ResponseView({ response }: { response: ActionAnswer }) {
  const ok = response.status >= 200 && response.status < 400;
  return (
    <div class={`response${ok ? "" : " failed"}`} data-result data-status={String(response.status)}>
      <p class="response-head">
        <b>{response.status}</b> in {response.took_ms.toFixed(1)} ms
        {response.trace !== null && (
          <>
            {" · "}
            <a href={`/t/${response.trace}`}>View trace</a>
          </>
        )}
      </p>
      <pre tabIndex={0}>{response.answer}</pre>
    </div>
  );
}

/** Renders nothing if the console cannot inject the fault. Shows the incident of its alert below. */
export function FaultButton({ action }: { action: ActionOf<"fault"> }) {
  const { faults, alerts } = useEvents();
  const control = useFault(action.name);
  const fault = faults?.faults.find(({ name }) => name === action.name);
  if (fault === undefined || fault.by !== "console") return null;
  const blockedBy = faults?.faults.find((other) => other.name !== action.name && (other.on || other.recovering));
  const lock = fault.on || fault.recovering ? null : lockOf([fault]);
  const alert = alerts?.find(({ name }) => name === fault.alert);
  return (
    <div class="action fault-action" data-fault={fault.name} data-on={String(fault.on)}>
      {lock !== null && <LockBanner lock={lock} />}
      <FaultButtons fault={fault} blockedBy={lock?.holder ?? blockedBy?.name ?? null} control={control} />
      <FaultError fault={fault} requestError={control.error} />
      {alert !== undefined && alert.steps.length > 0 && (
        <ol class="alert-rows">
          <LiveAlertRow alert={alert} />
        </ol>
      )}
    </div>
  );
}

function LiveAlertRow({ alert }: { alert: Alert }) {
  return <AlertRow alert={alert} now={useNow(250)} />;
}

/** Starts and stops the load. Only one runs at a time, so this also shows one started elsewhere. */
export function LoadButton({ action }: { action: ActionOf<"load"> }) {
  const load = useEvents().faults?.load ?? null;
  const { busy, error, send } = useRequest();
  return (
    <div
      class="action"
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
            <Countdown since={load.until - action.seconds * 1000} until={load.until} label="Ends in" />
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
        <p class="load-counts">
          <b class="figure">{load.sent}</b> sent, <b class="figure">{load.failed}</b> failed
        </p>
      )}
      <ErrorText text={error} />
    </div>
  );
}
