//! A round on a time axis that grows with it.
import { useWidth } from "../picture/use-width";
import type { Round } from "./round";
import { stepWord } from "./round";

const HEIGHT = 34;
const BAR = 9;
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600];

/** Bars for the states, a mark for each moment, seconds below. Its facts are also told in words beside it. */
export function Axis({ round }: { round: Round }) {
  const [frame, measured] = useWidth();
  const width = measured ?? 300;
  const span = Math.max(round.length * (round.over ? 1.04 : 1.12), 10);
  const x = (seconds: number): number => 5 + (seconds / span) * (width - 12);
  const every = STEPS.find((step) => (step / span) * width >= 44) ?? span;
  const ticks = Array.from({ length: Math.floor(span / every) + 1 }, (_, index) => index * every);
  return (
    <div class="axis" ref={frame} aria-hidden="true">
      <svg width={width} height={HEIGHT} aria-hidden="true">
        <path class="axis-line" d={`M0,${BAR + 8.5}H${width}`} />
        {ticks.map((tick) => (
          <g key={tick}>
            <path class="axis-tick" d={`M${x(tick)},${BAR + 8}v4`} />
            <text class="axis-text" x={x(tick)} y={HEIGHT - 3} text-anchor={tick === 0 ? "start" : "middle"}>
              {tick < 120 ? `${tick} s` : `${tick / 60} min`}
            </text>
          </g>
        ))}
        {round.stretches.map((stretch) => (
          <rect
            key={`${stretch.state} ${stretch.from}`}
            class={`stretch ${stretch.state}`}
            x={x(stretch.from)}
            y={4}
            width={Math.max(x(stretch.to) - x(stretch.from), 1)}
            height={BAR}
            rx="2"
          />
        ))}
        {round.moments.map((moment) => (
          <g key={`${moment.step} ${moment.at}`} transform={`translate(${x(moment.after)},${4 + BAR / 2})`}>
            <title>{`${stepWord(moment.step)} at ${moment.after.toFixed(1)} s`}</title>
            <Mark step={moment.step} />
          </g>
        ))}
        {!round.over && <path class="axis-now" d={`M${x(round.length)},0v${BAR + 8}`} />}
      </svg>
    </div>
  );
}

function Mark({ step }: { step: Round["moments"][number]["step"] }) {
  switch (step) {
    case "mailed":
    case "resolved_mail":
      return (
        <g class={`mark ${step}`}>
          <rect x="-6" y="-4.5" width="12" height="9" rx="1.5" />
          <path d="M-6,-4L0,1L6,-4" />
        </g>
      );
    case "fault":
      return <path class="mark fault" d="M-4,-4L4,4M-4,4L4,-4" />;
    case "back":
      return <path class="mark back" d="M4,-5V5L-4,0z" />;
    default:
      return <circle class={`mark ${step}`} r="4" />;
  }
}
