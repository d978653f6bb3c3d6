//! What flows between two parts: a line whose width is the rate, and its figures.
import type { LabMap, MapEdge } from "../api/types";
import { told } from "./facts";
import { edgeData } from "./flow";
import type { Look } from "./look";
import { hand } from "./look";
import { fare, isMain, lineWidth } from "./measure";
import type { Route } from "./trail";
import { along } from "./trail";

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
      {...edgeData(edge)}
      aria-label={told(edge, map)}
      {...hand(look, itemKey)}
    >
      <path class="hit" d={way.path} />
      <path class="line" d={way.path} stroke-width={lineWidth(edge).toFixed(2)} />
      <path class="head" d={arrow(way, 3.4 + lineWidth(edge) * 0.8)} />
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
