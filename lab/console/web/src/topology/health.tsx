//! Health as a shape and a word, so that it does not depend on colour alone.
import type { MapNode } from "../api/types";

type Health = MapNode["health"];

export function healthWord(health: Health): string {
  return health === "unknown" ? "unknown" : health;
}

/** SVG shape, ten pixels wide and centred on the origin. */
export function HealthShape({ health }: { health: Health }) {
  switch (health) {
    case "up":
      return <circle class="health up" r="4" />;
    case "down":
      return (
        <g class="health down">
          <rect x="-5" y="-5" width="10" height="10" rx="2" />
          <path d="M-2.4,-2.4L2.4,2.4M2.4,-2.4L-2.4,2.4" />
        </g>
      );
    case "unknown":
      return <circle class="health unknown" r="4" />;
  }
}

/** The shape and the word in HTML. */
export function HealthMark({ health }: { health: Health }) {
  return (
    <span class={`health-mark ${health}`}>
      <svg viewBox="-6 -6 12 12" width="12" height="12" aria-hidden="true">
        <HealthShape health={health} />
      </svg>
      {healthWord(health)}
    </span>
  );
}
