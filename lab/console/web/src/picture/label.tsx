//! An edge's figures on the map: the rate above the line, errors and p95 below; left of a line that goes up or down.
import type { MapEdge } from "../api/types";
import { beyondRate } from "./facts";
import { shortRate } from "./figures";
import { fare } from "./measure";
import type { Route } from "./trail";
import { labelSpot } from "./trail";

/** On a way shorter than this, a word does not fit. */
const CRAMPED = 50;
const LINE = 12;

interface Props {
  readonly edge: MapEdge;
  readonly way: Route;
  readonly faded: boolean;
}

/** Nothing where no rate is known. */
export function Label({ edge, way, faded }: Props) {
  if (edge.rate === null) return null;
  const { x, y, beside } = labelSpot(way);
  const at = { x: beside ? -8 : 0, "text-anchor": beside ? "end" : "middle" } as const;
  const below = beside ? 13 : 15;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an SVG group without tabindex is not focusable.
    <g
      class={`label ${fare(edge)}${faded ? " faded" : ""}`}
      transform={`translate(${x.toFixed(1)},${y.toFixed(1)})`}
      aria-hidden="true"
    >
      <text class="rate" y={beside ? 0 : -7} {...at}>
        {shortRate(edge.rate, edge.unit)}
      </text>
      {(edge.kind === "request" ? beyondRate(edge) : []).map(({ look, text }, row) => (
        <text key={look} class={look} y={below + row * LINE} {...at}>
          {look !== "errors" ? text : way.length < CRAMPED ? `✕ ${text}` : `${text} fail`}
        </text>
      ))}
    </g>
  );
}
