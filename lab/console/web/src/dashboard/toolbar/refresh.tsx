import { useStore } from "../../api/store";
import type { Session } from "../session";

interface Props {
  session: Session;
  interval: string;
  options: string[];
  onPick: (interval: string) => void;
}

/** Asks anew at once, or each so often. */
export function Refresh({ session, interval, options, onPick }: Props) {
  const busy = useStore(session.busy);
  const failed = useStore(session.failed);
  const choices = options.includes(interval) || interval === "" ? options : [interval, ...options];
  return (
    <div class="group">
      <button
        type="button"
        class="control"
        data-busy={busy}
        data-failed={failed !== null}
        aria-label="Refresh"
        title={failed ?? "Refresh now"}
        onClick={() => session.refresh()}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M13.5 8a5.5 5.5 0 01-9.9 3.3M2.5 8a5.5 5.5 0 019.9-3.3M12.6 1.8v3h-3M3.4 14.2v-3h3" />
        </svg>
      </button>
      <select
        class="control"
        aria-label="Refresh each"
        value={interval}
        onChange={(event) => onPick(event.currentTarget.value)}
      >
        <option value="">Off</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </div>
  );
}
