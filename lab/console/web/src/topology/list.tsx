//! The topology as a list from top to bottom, for narrow screens.
import { useState } from "preact/hooks";
import type { LabMap, MapEdge, MapNode } from "../api/types";
import { CardContent } from "./card";
import { dotsPerSecond, isMain, lineWidth, statusOf } from "./edge-style";
import { figuresOf, sideFigures, titleOf } from "./figures";
import { HealthMark } from "./health";
import { connectedEdges, edgeData, edgeName, inRequestOrder } from "./order";

/** Each component with its outgoing edges. */
export function TopologyList({ topology, stale }: { topology: LabMap; stale: boolean }) {
  const edges = connectedEdges(topology);
  return (
    <ol class={`topology-list${stale ? " stale" : ""}`}>
      {inRequestOrder(topology).map((node) => (
        <Component
          key={node.id}
          node={node}
          topology={topology}
          edges={edges.filter((edge) => edge.from === node.id)}
        />
      ))}
    </ol>
  );
}

function Component({ node, topology, edges }: { node: MapNode; topology: LabMap; edges: readonly MapEdge[] }) {
  const [open, setOpen] = useState(false);
  return (
    <li class={`component is-${node.health}`} data-node={node.id} data-health={node.health}>
      <button type="button" class="component-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="component-title">{node.title}</span>
        <HealthMark health={node.health} />
      </button>
      {node.health !== "up" && node.note !== null && !open && <p class="component-note">{node.note}</p>}
      {open && (
        <div class="component-card">
          <CardContent item={{ is: "node", node }} topology={topology} />
        </div>
      )}
      {edges.length > 0 && (
        <ul>
          {edges.map((edge) => (
            <OutgoingEdge key={`${edgeName(edge)} ${edge.kind}`} edge={edge} topology={topology} />
          ))}
        </ul>
      )}
    </li>
  );
}

function OutgoingEdge({ edge, topology }: { edge: MapEdge; topology: LabMap }) {
  const dots = dotsPerSecond(edge);
  const [rate] = figuresOf(edge);
  return (
    <li
      class={`outgoing ${edge.kind} ${statusOf(edge)}${isMain(edge) ? " main" : ""}`}
      {...edgeData(edge)}
      title={edge.title}
    >
      <svg class="outgoing-line" width="34" height="12" aria-hidden="true">
        <path d="M0,6H26" stroke-width={lineWidth(edge).toFixed(1)} />
        <path class="head" d="M33,6L25,2V10z" />
        {dots > 0 && (
          <circle
            r="2.6"
            cy="6"
            class="outgoing-dot"
            style={{ animationDuration: `${Math.max(0.5, 3 / dots).toFixed(2)}s` }}
          />
        )}
      </svg>
      <span class="outgoing-target">{titleOf(edge.to, topology)}</span>
      <span class="outgoing-figures">
        <span class="figure">{rate?.text}</span>
        {sideFigures(edge).map((figure) => (
          <span key={figure.class} class={figure.class}>
            {figure.class === "errors" ? `${figure.text} fail` : `p95 ${figure.text}`}
          </span>
        ))}
      </span>
    </li>
  );
}
