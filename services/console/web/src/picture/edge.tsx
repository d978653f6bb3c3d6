//! What flows between two parts: a line whose width is the rate, and its figures.
import type { LabMap, MapEdge } from "../api/types";
import { facts, told } from "./facts";
import { shortRate } from "./figures";
import { edgeName } from "./flow";
import type { Look } from "./look";
import { dotsPerSecond, fare, isMain, isSlow, lineWidth } from "./measure";
import type { Route } from "./trail";
import { along, labelSpot } from "./trail";

/** On a way shorter than this, a word does not fit. */
const CRAMPED = 50;

interface Props {
  readonly edge: MapEdge;
  readonly map: LabMap;
  readonly way: Route;
  readonly itemKey: string;
  readonly look: Look;
  readonly faded: boolean;
}

/** The line, and a wider one that is easy to hit. */
export function Edge({ edge, map, way, itemKey, look, faded }: Props) {
  const shown = look.shown === itemKey;
  return (
    <g
      class={`edge ${edge.kind} ${fare(edge)}${isMain(edge) ? " main" : ""}${faded ? " faded" : ""}${shown ? " shown" : ""}`}
      data-edge={edgeName(edge)}
      data-kind={edge.kind}
      data-rate={String(edge.rate ?? "")}
      data-errors={String(edge.errors ?? "")}
      data-p95={String(edge.p95 ?? "")}
      data-key={itemKey}
      role="button"
      tabindex={look.reachable === itemKey ? 0 : -1}
      aria-label={told(edge, map)}
      aria-expanded={look.pinned && shown}
      onMouseEnter={() => look.enter(itemKey)}
      onMouseLeave={look.leave}
      onFocus={() => look.focus(itemKey)}
      onBlur={look.leave}
      onClick={() => look.pin(itemKey)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        look.pin(itemKey);
      }}
    >
      <path class="hit" d={way.path} />
      <path class="line" d={way.path} stroke-width={lineWidth(edge).toFixed(2)} data-dots={dotsPerSecond(edge).toFixed(1)} />
      <path class="head" d={arrow(way, 3.4 + lineWidth(edge) * 0.8)} />
    </g>
  );
}

interface LabelProps {
  readonly edge: MapEdge;
  readonly way: Route;
  readonly faded: boolean;
}

/** The figures: the rate above the line, errors and p95 below; left of a line that goes up or down. */
export function Label({ edge, way, faded }: LabelProps) {
  const { x, y, beside } = labelSpot(way);
  const others = edge.kind === "request" ? facts(edge).slice(1) : [];
  if (edge.rate === null) return null;
  const anchor = beside ? "end" : "middle";
  return (
    <g class={`label ${fare(edge)}${faded ? " faded" : ""}`} transform={`translate(${x.toFixed(1)},${y.toFixed(1)})`} aria-hidden="true">
      <text x={beside ? -8 : 0} y={beside ? 0 : -7} text-anchor={anchor} class="rate">
        {shortRate(edge.rate, edge.unit)}
      </text>
      {others
        .filter((fact) => fact.name !== "Errors" || (edge.errors ?? 0) > 0)
        .map((fact, row) => (
          <text key={fact.name} x={beside ? -8 : 0} y={(beside ? 13 : 15) + row * 12} text-anchor={anchor} class={fact.name === "Errors" ? "errors" : isSlow(edge) ? "figure slow" : "figure"}>
            {fact.name !== "Errors" ? fact.text : way.length < CRAMPED ? `✕ ${fact.text}` : `${fact.text} fail`}
          </text>
        ))}
    </g>
  );
}

/** A small arrow head at the curve's end. */
function arrow(way: Route, size: number): string {
  const end = along(way, 1);
  const before = along(way, 1 - Math.min(6 / way.length, 0.5));
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (turn: number): string =>
    `${(end.x - size * 1.5 * Math.cos(angle + turn)).toFixed(1)},${(end.y - size * 1.5 * Math.sin(angle + turn)).toFixed(1)}`;
  return `M${end.x.toFixed(1)},${end.y.toFixed(1)}L${corner(0.42)}L${corner(-0.42)}z`;
}
