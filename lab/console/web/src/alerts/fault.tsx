//! One fault: what it does, the button that throws it, and when it is taken back.
import type { FaultState } from "../api/types";
import { Button, CopyButton } from "../ui/button";
import { Countdown } from "./countdown";
import { useFault } from "./fault-control";
import { Trouble } from "./trouble";

const SECONDS = 60;

/** As one item of a list. */
export function FaultRow({ fault, another }: { fault: FaultState; another: FaultState | null }) {
  const control = useFault(fault.name);
  return (
    <li class={`fault${fault.on ? " on" : ""}`} data-fault={fault.name} data-on={String(fault.on)}>
      <div class="fault-told">
        <h3>{fault.name}</h3>
        <p>{sentence(fault.effect)}</p>
        <p class="expects">
          Raises <Expected fault={fault} />
        </p>
      </div>
      {fault.by === "command" ? (
        <p class="fault-command">
          <code>{fault.command}</code> <CopyButton text={fault.command} />
        </p>
      ) : (
        <FaultButtons fault={fault} another={another} control={control} seconds={SECONDS} />
      )}
      <FaultTrouble fault={fault} refused={control.refused} />
    </li>
  );
}

interface Buttons {
  readonly fault: FaultState;
  /** A fault that is on and not this one. */
  readonly another: FaultState | null;
  readonly control: ReturnType<typeof useFault>;
  readonly seconds: number;
}

/** "Break it", or the countdown and "Take back now". */
export function FaultButtons({ fault, another, control, seconds }: Buttons) {
  if (fault.on) {
    return (
      <div class="fault-buttons">
        {fault.until !== null && (
          <Countdown since={fault.since ?? fault.until} until={fault.until} what="Taken back by itself in" />
        )}
        <Button disabled={control.busy} onClick={control.takeBack}>
          Take back now
        </Button>
      </div>
    );
  }
  if (fault.recovering) {
    return <p class="fault-buttons recovering">Taken back; waiting until its alert has recovered.</p>;
  }
  return (
    <div class="fault-buttons">
      <Button
        tone="danger"
        disabled={control.busy || another !== null}
        aria-label={`Break it: ${fault.name}`}
        onClick={() => control.breakIt(seconds)}
      >
        Break it
      </Button>
      <span class="for">{another === null ? `for ${seconds} s` : `after ${another.name}`}</span>
    </div>
  );
}

/** What went wrong with it, if anything did. */
export function FaultTrouble({ fault, refused }: { fault: FaultState; refused: string | null }) {
  const trouble =
    refused ??
    fault.error ??
    (fault.held_by !== null && !fault.on && !fault.recovering ? `Held by ${fault.held_by}.` : null);
  return <Trouble text={trouble} />;
}

function Expected({ fault }: { fault: FaultState }) {
  if (fault.dashboard === null) return <>{fault.alert}</>;
  return (
    <a href={fault.panel === null ? `/d/${fault.dashboard}` : `/d/${fault.dashboard}?viewPanel=${fault.panel}`}>
      {fault.alert}
    </a>
  );
}

/** With a full stop, and a capital unless it begins with a part's name. */
function sentence(text: string): string {
  const [word = ""] = text.split(" ");
  return `${word.includes("-") ? word : word.charAt(0).toUpperCase() + word.slice(1)}${text.slice(word.length)}.`;
}
