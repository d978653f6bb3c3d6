//! One part of the lab on the map.
import type { MapNode } from "../api/types";
import { HealthShape, healthWord } from "./health";
import type { Box } from "./layout";
import type { Look } from "./look";
import { outline, rim } from "./outline";

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
  return (
    <g
      class={`node ${node.kind} is-${node.health}${faded ? " faded" : ""}${look.shown === itemKey ? " shown" : ""}`}
      transform={`translate(${box.x.toFixed(1)},${box.y.toFixed(1)})`}
      data-node={node.id}
      data-health={node.health}
      data-key={itemKey}
      role="button"
      tabindex={look.reachable === itemKey ? 0 : -1}
      aria-label={`${node.title}, ${healthWord(node.health)}${node.note === null ? "" : `: ${node.note}`}`}
      aria-expanded={look.pinned && look.shown === itemKey}
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
      <path class="outline" d={outline(node.kind, box)} />
      {edge !== null && <path class="rim" d={edge} />}
      <text class={`title${node.title.length * 7.2 > box.width - 6 ? " long" : ""}`} x={box.width / 2} y={box.height / 2 - 3} text-anchor="middle">
        {node.title}
      </text>
      <g transform={`translate(${box.width / 2},${box.height / 2 + 11})`}>
        <g transform={`translate(${-(healthWord(node.health).length + tutorial.length) * (node.health === "down" ? 2.95 : 2.6) - 5},0)`}>
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
