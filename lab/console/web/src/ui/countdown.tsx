//! The remaining time until a deadline, as a number and a shrinking bar.
import { useNow } from "./time";

interface Props {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  /** The text before the seconds, for example "Clears in". */
  readonly label: string;
}

/** Counts down to zero and stays there. */
export function Countdown({ since, until, label }: Props) {
  const remaining = Math.max(0, until - useNow(250));
  const share = Math.min(1, remaining / Math.max(until - since, 1));
  return (
    <div class="countdown">
      <span>
        {label} <b class="figure">{Math.ceil(remaining / 1000)} s</b>
      </span>
      <span class="countdown-bar" aria-hidden="true">
        <span style={{ transform: `scaleX(${share.toFixed(3)})` }} />
      </span>
    </div>
  );
}
