//! Faults: inject one, see when it clears, or clear it early.
import { del, post } from "../api/client";
import type { FaultState } from "../api/types";
import { Banner } from "../ui/banner";
import { Button, CopyButton } from "../ui/button";
import { Countdown } from "../ui/countdown";
import { dashboardPath } from "../ui/link";
import { ErrorText, useRequest } from "../ui/request";
import { Time } from "../ui/time";
import "./faults.css";

/** How long a fault lasts unless it is cleared earlier. */
export const FAULT_SECONDS = 60;

/** `faults` is null until the first event arrives. Omits faults of tutorials that are not running. */
export function Faults({ faults }: { faults: readonly FaultState[] | null }) {
  const available = (faults ?? []).filter((fault) => fault.tutorial_started);
  const byConsole = available.filter((fault) => fault.by === "console");
  const byCommand = available.filter((fault) => fault.by === "command");
  const active = available.find((fault) => fault.on || fault.recovering)?.name ?? null;
  const lock = lockOf(available);
  return (
    <section class="faults card" aria-labelledby="faults-title">
      <header>
        <h2 id="faults-title">Faults</h2>
        <p>Each fault is real, generates its own traffic, and is cleared automatically.</p>
      </header>
      {lock !== null && <LockBanner lock={lock} />}
      <ul class="fault-list">
        {byConsole.map((fault) => (
          <FaultRow
            key={fault.name}
            fault={fault}
            blockedBy={lock?.holder ?? (active === fault.name ? null : active)}
          />
        ))}
      </ul>
      {byCommand.length > 0 && (
        <details class="by-command">
          <summary>{byCommand.length} more from the command line: they need access to Docker</summary>
          <ul class="fault-list">
            {byCommand.map((fault) => (
              <FaultRow key={fault.name} fault={fault} blockedBy={null} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

interface Lock {
  readonly holder: string;
  /** Milliseconds since 1970; null if unknown. */
  readonly since: number | null;
}

/** The lab's fault lock, while another process holds it. */
export function lockOf(faults: readonly FaultState[]): Lock | null {
  const held = faults.find((fault) => fault.held_by !== null);
  return held?.held_by == null ? null : { holder: held.held_by, since: held.held_since };
}

export function LockBanner({ lock: { holder, since } }: { lock: Lock }) {
  return (
    <Banner name="lock">
      <b>
        <code>{holder}</code> has held the lab
        {since !== null && (
          <>
            {" "}
            since <Time at={since} />
          </>
        )}
        .
      </b>{" "}
      Faults can be injected when it ends.
    </Banner>
  );
}

function FaultRow({ fault, blockedBy }: { fault: FaultState; blockedBy: string | null }) {
  const control = useFault(fault.name);
  return (
    <li class={`fault${fault.on ? " on" : ""}`} data-fault={fault.name} data-on={String(fault.on)}>
      <div class="fault-text">
        <h3>{fault.name}</h3>
        <p>{sentence(fault.effect)}</p>
        <p class="fault-alert">
          Alert:{" "}
          {fault.dashboard === null ? (
            fault.alert
          ) : (
            <a href={dashboardPath(fault.dashboard, fault.panel)}>{fault.alert}</a>
          )}
        </p>
      </div>
      {fault.by === "command" ? (
        <p class="fault-command">
          <code>{fault.command}</code> <CopyButton text={fault.command} />
        </p>
      ) : (
        <FaultButtons fault={fault} blockedBy={blockedBy} control={control} />
      )}
      <FaultError fault={fault} requestError={control.error} />
    </li>
  );
}

export interface FaultControl {
  readonly busy: boolean;
  /** The error of the last request; null if it succeeded. */
  readonly error: string | null;
  readonly inject: () => void;
  readonly clear: () => void;
}

/** Injects and clears the fault of this name. Its new state arrives as an event. */
export function useFault(name: string): FaultControl {
  const { busy, error, send } = useRequest();
  const path = `/api/faults/${name}`;
  return {
    busy,
    error,
    inject: () => void send(post(path, { seconds: FAULT_SECONDS })),
    clear: () => void send(del(path)),
  };
}

interface ButtonsProps {
  readonly fault: FaultState;
  /** The active fault or the command that must end first. */
  readonly blockedBy: string | null;
  readonly control: FaultControl;
}

/** "Inject", or the countdown and "Clear now" while the fault is active. */
export function FaultButtons({ fault, blockedBy, control }: ButtonsProps) {
  if (fault.on) {
    return (
      <div class="fault-buttons">
        {fault.until !== null && <Countdown since={fault.since ?? fault.until} until={fault.until} label="Clears in" />}
        <Button disabled={control.busy} onClick={control.clear}>
          Clear now
        </Button>
      </div>
    );
  }
  if (fault.recovering) {
    return <p class="fault-buttons recovering">Cleared; waiting for its alert to resolve.</p>;
  }
  return (
    <div class="fault-buttons">
      <Button
        tone="danger"
        disabled={control.busy || blockedBy !== null}
        aria-label={`Inject: ${fault.name}`}
        onClick={control.inject}
      >
        Inject
      </Button>
      <span class="for">{blockedBy === null ? `for ${FAULT_SECONDS} s` : `after ${blockedBy}`}</span>
    </div>
  );
}

/** The error of the last request or of the fault. */
export function FaultError({ fault, requestError }: { fault: FaultState; requestError: string | null }) {
  return <ErrorText text={requestError ?? fault.error} />;
}

/** Adds a full stop, and a capital unless the text starts with a hyphenated service name. */
function sentence(text: string): string {
  const [word = ""] = text.split(" ");
  return `${word.includes("-") ? word : word.charAt(0).toUpperCase() + word.slice(1)}${text.slice(word.length)}.`;
}
