//! The time until something ends by itself, as a number and a shrinking bar.
import { useTicking } from "./ticking";

interface Props {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  /** What happens then, as in "taken back by itself in". */
  readonly what: string;
}

/** Counts down to zero and stays there. */
export function Countdown({ since, until, what }: Props) {
  const now = useTicking(250);
  const left = Math.max(0, until - now);
  const share = Math.min(1, left / Math.max(until - since, 1));
  return (
    <div class="countdown">
      <span>
        {what} <b class="figure">{Math.ceil(left / 1000)} s</b>
      </span>
      <span class="countdown-bar" aria-hidden="true">
        <span style={{ transform: `scaleX(${share.toFixed(3)})` }} />
      </span>
    </div>
  );
}
