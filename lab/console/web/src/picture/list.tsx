//! The same flow from top to bottom, for narrow screens.
import { useState } from "preact/hooks";
import type { LabMap, MapEdge, MapNode } from "../api/types";
import { Told } from "./card";
import { beyondRate, facts, titleOf } from "./facts";
import { drawn, edgeData, edgeName, inFlowOrder } from "./flow";
import { HealthMark } from "./health";
import { dotsPerSecond, fare, isMain, lineWidth } from "./measure";

/** Each part, with what leaves it. */
export function FlowList({ map, stale }: { map: LabMap; stale: boolean }) {
  const edges = drawn(map);
  return (
    <ol class={`flow-list${stale ? " stale" : ""}`}>
      {inFlowOrder(map).map((node) => (
        <Part key={node.id} node={node} map={map} edges={edges.filter((edge) => edge.from === node.id)} />
      ))}
    </ol>
  );
}

function Part({ node, map, edges }: { node: MapNode; map: LabMap; edges: readonly MapEdge[] }) {
  const [open, setOpen] = useState(false);
  return (
    <li class={`part is-${node.health}`} data-node={node.id} data-health={node.health}>
      <button type="button" class="part-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="part-title">{node.title}</span>
        <HealthMark health={node.health} />
      </button>
      {node.health !== "up" && node.note !== null && !open && <p class="part-note">{node.note}</p>}
      {open && (
        <div class="part-card">
          <Told item={{ is: "node", node }} map={map} />
        </div>
      )}
      {edges.length > 0 && (
        <ul>
          {edges.map((edge) => (
            <Out key={`${edgeName(edge)} ${edge.kind}`} edge={edge} map={map} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Out({ edge, map }: { edge: MapEdge; map: LabMap }) {
  const moving = dotsPerSecond(edge);
  const [rate] = facts(edge);
  return (
    <li class={`out ${edge.kind} ${fare(edge)}${isMain(edge) ? " main" : ""}`} {...edgeData(edge)} title={edge.title}>
      <svg class="out-line" width="34" height="12" aria-hidden="true">
        <path d="M0,6H26" stroke-width={lineWidth(edge).toFixed(1)} />
        <path class="head" d="M33,6L25,2V10z" />
        {moving > 0 && (
          <circle
            r="2.6"
            cy="6"
            class="out-dot"
            style={{ animationDuration: `${Math.max(0.5, 3 / moving).toFixed(2)}s` }}
          />
        )}
      </svg>
      <span class="out-to">{titleOf(edge.to, map)}</span>
      <span class="out-facts">
        <span class="figure">{rate?.text}</span>
        {beyondRate(edge).map(({ look, text }) => (
          <span key={look} class={look}>
            {look === "errors" ? `${text} fail` : `p95 ${text}`}
          </span>
        ))}
      </span>
    </li>
  );
}
