//! A command of a tutorial: a copy button, its expected output, and a button that has the same effect.
import { CopyButton } from "../ui/button";
import { FaultButton, LoadButton, RequestButton } from "./actions";
import type { CommandBlock } from "./sections";

/** Shows the action only if the tutorial is running. */
export function CommandView({ command, running }: { command: CommandBlock; running: boolean }) {
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
          <summary>Expected output</summary>
          <pre tabIndex={0}>{command.output}</pre>
        </details>
      )}
      {running && <ActionButton action={command.action} />}
    </div>
  );
}

function ActionButton({ action }: { action: CommandBlock["action"] }) {
  switch (action?.kind) {
    case "action":
      return <RequestButton action={action} />;
    case "fault":
      return <FaultButton action={action} />;
    case "load":
      return <LoadButton action={action} />;
    default:
      return null;
  }
}
