//! One part of the lab on the map.
import type { MapNode } from "../api/types";
import { HealthShape, healthWord } from "./health";
import type { Box } from "./layout";
import type { Look } from "./look";
import { hand } from "./look";
import { outline, rim } from "./outline";

/** Widths of letters in pixels, about, in a wide font; SVG has no layout of its own. */
const LETTER = 8.4;
const SMALL_LETTER = 5.2;
const BOLD_SMALL_LETTER = 5.9;

interface Props {
  readonly node: MapNode;
  readonly box: Box;
  readonly itemKey: string;
  readonly look: Look;
  /** Another part is looked at, and this one has nothing to do with it. */
  readonly faded: boolean;
}

/** Its outline, name, and health as shape and word. */
export function Node({ node, box, itemKey, look, faded }: Props) {
  const edge = rim(node.kind, box);
  const tutorial = node.tutorial === "lab" ? "" : ` · ${node.tutorial}`;
  const fits = node.title.length * LETTER <= box.width - 6;
  const half =
    ((healthWord(node.health).length + tutorial.length) * (node.health === "down" ? BOLD_SMALL_LETTER : SMALL_LETTER)) /
    2;
  return (
    <g
      class={`node ${node.kind} is-${node.health}${faded ? " faded" : ""}${look.shown === itemKey ? " shown" : ""}`}
      transform={`translate(${box.x.toFixed(1)},${box.y.toFixed(1)})`}
      data-node={node.id}
      data-health={node.health}
      aria-label={`${node.title}, ${healthWord(node.health)}${node.note === null ? "" : `: ${node.note}`}`}
      {...hand(look, itemKey)}
    >
      <path class="outline" d={outline(node.kind, box)} />
      {edge !== null && <path class="rim" d={edge} />}
      <text class={fits ? "title" : "title long"} x={box.width / 2} y={box.height / 2 - 3} text-anchor="middle">
        {node.title}
      </text>
      <g transform={`translate(${box.width / 2},${box.height / 2 + 11})`}>
        <g transform={`translate(${-half - 5},0)`}>
          <HealthShape health={node.health} />
        </g>
        <text class="node-state" x="5" y="4" text-anchor="middle">
          {healthWord(node.health)}
          <tspan class="tutorial">{tutorial}</tspan>
        </text>
      </g>
    </g>
  );
}
