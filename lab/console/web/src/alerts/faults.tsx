//! What can be broken here by a click, and what only a command can break.
import type { FaultState } from "../api/types";
import { FaultRow } from "./fault";
import "./faults.css";

/** Null: nothing was told yet. Faults of tutorials that are not started are left out. */
export function Faults({ faults }: { faults: readonly FaultState[] | null }) {
  const started = (faults ?? []).filter((fault) => fault.tutorial_started);
  const here = started.filter((fault) => fault.by === "console");
  const byCommand = started.filter((fault) => fault.by === "command");
  const busy = started.find((fault) => fault.on || fault.recovering) ?? null;
  return (
    <section class="faults card" aria-labelledby="faults-title">
      <header>
        <h2 id="faults-title">Break it</h2>
        <p>Each fault is real, brings its own traffic, and is taken back by itself.</p>
      </header>
      <ul class="fault-list">
        {here.map((fault) => (
          <FaultRow key={fault.name} fault={fault} another={busy?.name === fault.name ? null : busy} />
        ))}
      </ul>
      {byCommand.length > 0 && (
        <details class="by-command">
          <summary>{byCommand.length} more by command: they stop containers, which this page has no right to</summary>
          <ul class="fault-list">
            {byCommand.map((fault) => (
              <FaultRow key={fault.name} fault={fault} another={null} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
