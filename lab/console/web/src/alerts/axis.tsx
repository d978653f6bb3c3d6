//! The time axis of an incident.
import { useWidth } from "../ui/size";
import { type Incident, stepName } from "./incident";

const HEIGHT_PX = 34;
const BAR_PX = 9;
/** Seconds. */
const TICK_INTERVALS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600];

/** Bars for the states, a mark for each step, seconds below. Hidden from screen readers: a list beside it has the same data. */
export function Axis({ incident }: { incident: Incident }) {
  const [frame, measured] = useWidth();
  const width = measured ?? 300;
  const span = Math.max(incident.length * (incident.over ? 1.04 : 1.12), 10);
  const x = (seconds: number): number => 5 + (seconds / span) * (width - 12);
  const interval = TICK_INTERVALS.find((step) => (step / span) * width >= 44) ?? span;
  const ticks = Array.from({ length: Math.floor(span / interval) + 1 }, (_, index) => index * interval);
  return (
    <div class="axis" ref={frame} aria-hidden="true">
      <svg width={width} height={HEIGHT_PX} aria-hidden="true">
        <path class="axis-line" d={`M0,${BAR_PX + 8.5}H${width}`} />
        {ticks.map((tick) => (
          <g key={tick}>
            <path class="axis-tick" d={`M${x(tick)},${BAR_PX + 8}v4`} />
            <text class="axis-text" x={x(tick)} y={HEIGHT_PX - 3} text-anchor={tick === 0 ? "start" : "middle"}>
              {tick < 120 ? `${tick} s` : `${tick / 60} min`}
            </text>
          </g>
        ))}
        {incident.periods.map((period) => (
          <rect
            key={`${period.state} ${period.from}`}
            class={`period ${period.state}`}
            x={x(period.from)}
            y={4}
            width={Math.max(x(period.to) - x(period.from), 1)}
            height={BAR_PX}
            rx="2"
          />
        ))}
        {incident.moments.map((moment) => (
          <g key={`${moment.step} ${moment.at}`} transform={`translate(${x(moment.after)},${4 + BAR_PX / 2})`}>
            <title>{`${stepName(moment.step)} at ${moment.after.toFixed(1)} s`}</title>
            <Mark step={moment.step} />
          </g>
        ))}
        {!incident.over && <path class="axis-now" d={`M${x(incident.length)},0v${BAR_PX + 8}`} />}
      </svg>
    </div>
  );
}

function Mark({ step }: { step: Incident["moments"][number]["step"] }) {
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
