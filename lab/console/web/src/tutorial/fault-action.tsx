//! A fault's button in a tutorial, with its alert's round below it.
import { AlertRow } from "../alerts/alert";
import { FaultButtons, FaultTrouble } from "../alerts/fault";
import { useFault } from "../alerts/fault-control";
import { useTicking } from "../alerts/ticking";
import { useEvents } from "../api/events";
import type { Action, Alert } from "../api/types";
import "../alerts/alerts.css";
import "../alerts/faults.css";

const SECONDS = 60;

/** Nothing where the server does not offer the fault. */
export function FaultAction({ action }: { action: Action & { kind: "fault" } }) {
  const { faults, alerts } = useEvents();
  const control = useFault(action.name);
  const fault = faults?.faults.find((one) => one.name === action.name);
  if (fault === undefined || fault.by !== "console") return null;
  const another = faults?.faults.find((one) => one.name !== action.name && (one.on || one.recovering)) ?? null;
  const alert = alerts?.find((one) => one.name === fault.alert);
  return (
    <div class="act fault-act" data-fault={fault.name} data-on={String(fault.on)}>
      <FaultButtons fault={fault} another={another} control={control} seconds={SECONDS} />
      <FaultTrouble fault={fault} refused={control.refused} />
      {alert !== undefined && alert.steps.length > 0 && (
        <ol class="alert-rows">
          <Round alert={alert} />
        </ol>
      )}
    </div>
  );
}

function Round({ alert }: { alert: Alert }) {
  return <AlertRow alert={alert} now={useTicking(250)} />;
}
