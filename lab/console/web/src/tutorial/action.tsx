//! A command's button: sends what the command would, and shows what came back.
import { useState } from "preact/hooks";
import { useRequest } from "../alerts/use-request";
import { post } from "../api/client";
import type { Action, ActionAnswer } from "../api/types";
import { Button } from "../ui/button";

/** The result stays until the next one. */
export function ActionView({ action }: { action: Action & { kind: "action" } }) {
  const { busy, refused, send } = useRequest();
  const [answer, setAnswer] = useState<ActionAnswer | null>(null);
  const act = async (): Promise<void> =>
    setAnswer(await send(post<ActionAnswer>(`/api/actions/${action.name}`, action.body)));
  return (
    <div class="act">
      <Button tone="primary" busy={busy} data-action={action.name} onClick={() => void act()}>
        {action.label}
      </Button>
      <div class="act-result" aria-live="polite">
        {answer !== null && <Answer answer={answer} />}
        {refused !== null && <p class="trouble">{refused}</p>}
      </div>
    </div>
  );
}

function Answer({ answer }: { answer: ActionAnswer }) {
  const well = answer.status >= 200 && answer.status < 400;
  return (
    <div class={`answer ${well ? "well" : "ill"}`} data-result data-status={String(answer.status)}>
      <p class="answer-head">
        <b>{answer.status}</b> in {answer.took_ms.toFixed(1)} ms
        {answer.trace !== null && (
          <>
            {" · "}
            <a href={`/t/${answer.trace}`}>its trace</a>
          </>
        )}
      </p>
      <pre tabIndex={0}>{answer.answer}</pre>
    </div>
  );
}
