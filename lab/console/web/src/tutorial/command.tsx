//! A command: to copy, with what it should print folded below it, and its button.
import { CopyButton } from "../ui/button";
import { ActionView } from "./action";
import { FaultAction } from "./fault-action";
import { LoadAction } from "./load-action";
import type { Command } from "./sections";

/** Without its tutorial there is nothing to act on, and so no button. */
export function CommandView({ command, started }: { command: Command; started: boolean }) {
  return (
    <div class="command" data-command>
      <div class="command-line">
        <pre tabIndex={0}>
          <span class="prompt" aria-hidden="true">
            ${" "}
          </span>
          <code>{command.command}</code>
        </pre>
        <CopyButton text={command.command} />
      </div>
      {command.output !== null && (
        <details class="expected">
          <summary>What it prints</summary>
          <pre tabIndex={0}>{command.output}</pre>
        </details>
      )}
      {started && <Act command={command} />}
    </div>
  );
}

function Act({ command: { action } }: { command: Command }) {
  switch (action?.kind) {
    case "action":
      return <ActionView action={action} />;
    case "fault":
      return <FaultAction action={action} />;
    case "load":
      return <LoadAction action={action} />;
    default:
      return null;
  }
}
