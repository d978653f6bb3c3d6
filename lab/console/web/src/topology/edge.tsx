//! An edge of the diagram: a line with an arrow head, as wide as its rate, and a label with its figures.
import type { LabMap, MapEdge } from "../api/types";
import { isMain, lineWidth, statusOf } from "./edge-style";
import { describe, shortRate, sideFigures } from "./figures";
import { edgeData } from "./order";
import { labelPosition, pointAt, type Route } from "./path";
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

/** Shorter routes get "✕ 5 %" instead of "5 % fail". */
const MIN_WORD_ROUTE_PX = 50;
const LINE_HEIGHT_PX = 12;

interface LabelProps {
  readonly edge: MapEdge;
  readonly route: Route;
  readonly faded: boolean;
}

/** The rate above the line, errors and p95 below it; left of a vertical line. Nothing if the rate is not measured. */
export function EdgeLabel({ edge, route, faded }: LabelProps) {
  if (edge.rate === null) return null;
  const { x, y, beside } = labelPosition(route);
  const position = { x: beside ? -8 : 0, "text-anchor": beside ? "end" : "middle" } as const;
  const firstRow = beside ? 13 : 15;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an SVG group without tabindex is not focusable.
    <g
      class={`label ${statusOf(edge)}${faded ? " faded" : ""}`}
      transform={`translate(${x.toFixed(1)},${y.toFixed(1)})`}
      aria-hidden="true"
    >
      <text class="rate" y={beside ? 0 : -7} {...position}>
        {shortRate(edge.rate, edge.unit)}
      </text>
      {(edge.kind === "request" ? sideFigures(edge) : []).map((figure, row) => (
        <text key={figure.class} class={figure.class} y={firstRow + row * LINE_HEIGHT_PX} {...position}>
          {figure.class !== "errors"
            ? figure.text
            : route.length < MIN_WORD_ROUTE_PX
              ? `✕ ${figure.text}`
              : `${figure.text} fail`}
        </text>
      ))}
    </g>
  );
}
