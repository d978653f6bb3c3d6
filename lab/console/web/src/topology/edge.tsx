//! An edge of the diagram: a line with an arrow head, as wide as its rate, and a label with its figures.
import type { LabMap, MapEdge } from "../api/types";
import { type EdgeStatus, isMain, lineWidth, statusOf } from "./edge-style";
import { describe } from "./figures";
import { type Label, ROW_PX } from "./labels";
import { edgeData } from "./order";
import { pointAt, type Route } from "./path";
import { type Selection, selectable } from "./selection";

interface EdgeProps {
  readonly edge: MapEdge;
  readonly topology: LabMap;
  readonly route: Route;
  readonly itemKey: string;
  readonly selection: Selection;
  readonly faded: boolean;
}

export function Edge({ edge, topology, route, itemKey, selection, faded }: EdgeProps) {
  const shown = selection.shown === itemKey;
  return (
    <g
      class={`edge ${edge.kind} ${statusOf(edge)}${isMain(edge) ? " main" : ""}${faded ? " faded" : ""}${shown ? " shown" : ""}`}
      {...edgeData(edge)}
      aria-label={describe(edge, topology)}
      {...selectable(selection, itemKey)}
    >
      {/* Wide and transparent: the target for the pointer. */}
      <path class="hit" d={route.path} />
      <path class="line" d={route.path} stroke-width={lineWidth(edge).toFixed(2)} />
      <path class="head" d={arrowHead(route, 3.4 + lineWidth(edge) * 0.8)} />
    </g>
  );
}

/** SVG path data of the arrow head at the end of a route. */
function arrowHead(route: Route, size: number): string {
  const end = pointAt(route, 1);
  const before = pointAt(route, 1 - Math.min(6 / route.length, 0.5));
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (turn: number): string =>
    `${(end.x - size * 1.5 * Math.cos(angle + turn)).toFixed(1)},${(end.y - size * 1.5 * Math.sin(angle + turn)).toFixed(1)}`;
  return `M${end.x.toFixed(1)},${end.y.toFixed(1)}L${corner(0.42)}L${corner(-0.42)}z`;
}

interface LabelProps {
  readonly label: Label;
  readonly status: EdgeStatus;
  readonly faded: boolean;
}

/** Distance of a row's baseline from its top. */
const BASELINE_PX = 10.5;

export function EdgeLabel({ label, status, faded }: LabelProps) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an SVG group without tabindex is not focusable.
    <g
      class={`label ${status}${faded ? " faded" : ""}`}
      transform={`translate(${(label.x + label.width / 2).toFixed(1)},${label.y.toFixed(1)})`}
      aria-hidden="true"
    >
      {label.rows.map((row, index) => (
        <text key={row.class} class={row.class} y={BASELINE_PX + index * ROW_PX} text-anchor="middle">
          {row.text}
        </text>
      ))}
    </g>
  );
}
