//! The topology as a diagram: components left to right along the requests, with animated traffic between them.
import { useMemo, useRef } from "preact/hooks";
import type { LabMap } from "../api/types";
import { Card } from "./card";
import { useDots } from "./dots";
import { Edge, EdgeLabel } from "./edge";
import { isMain, statusOf } from "./edge-style";
import { labelRows, placeLabels } from "./labels";
import { layout, type Point } from "./layout";
import { Node } from "./node";
import { edgeName, type Item, itemsOf, keyOf } from "./order";
import { pointAt } from "./path";
import { routesOf } from "./routes";
import { useSelection } from "./selection";

/** Distance from an edge to its card, so that the card does not cover the components at its ends. */
const CARD_OFFSET_PX = 20;

interface Props {
  readonly topology: LabMap;
  /** Pixels. */
  readonly width: number;
  readonly stale: boolean;
}

export function TopologyDiagram({ topology, width, stale }: Props) {
  const root = useRef<SVGSVGElement>(null);
  const items = useMemo(() => itemsOf(topology), [topology]);
  const focusOn = (key: string): void =>
    root.current?.querySelector<SVGElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  const selection = useSelection(items, focusOn);
  // Changes only if nodes or edges do, so that new figures do not lay out the diagram again.
  const shape = items
    .map((item) => keyOf(item) + (item.is === "node" ? `@${item.node.column},${item.node.row}` : ""))
    .join(" ");
  const plan = useMemo(() => layout(topology.nodes, width), [shape, width]);
  const routes = useMemo(() => routesOf(topology, plan), [shape, plan]);
  const dots = useDots(topology, routes, stale);
  const selected = items.find((item) => keyOf(item) === selection.shown);
  const faded = (item: Item): boolean => selected !== undefined && !isAdjacent(selected, item);
  const cardPosition = (item: Item): Point => {
    if (item.is === "edge") {
      const route = routes.get(edgeName(item.edge));
      const middle = route === undefined ? { x: 0, y: 0 } : pointAt(route, 0.5);
      return { x: middle.x, y: middle.y + CARD_OFFSET_PX };
    }
    const box = plan.boxes.get(item.node.id);
    return box === undefined ? { x: 0, y: 0 } : { x: box.x + box.width / 2, y: box.y + box.height };
  };
  const edges = items.filter((item) => item.is === "edge");
  const extra = edges.flatMap(({ edge }) =>
    selected !== undefined && isAdjacent(selected, { is: "edge", edge }) ? [edgeName(edge)] : [],
  );
  // Changes only if a text or the selection does, so that equal figures do not place the labels again.
  const texts = JSON.stringify([extra, edges.map(({ edge }) => labelRows(edge))]);
  const labels = useMemo(() => placeLabels(topology, plan, routes, new Set(extra)), [texts, plan, routes]);
  // Monitoring edges are drawn first, below the main ones.
  const byLayer = [...edges].sort((a, b) => Number(isMain(a.edge)) - Number(isMain(b.edge)));
  return (
    <section class={`topology-frame${stale ? " stale" : ""}`} aria-label="Diagram" onKeyDown={selection.onKeyDown}>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no element for a group of controls. */}
      <svg
        ref={root}
        class="topology"
        width={width}
        height={plan.height}
        viewBox={`0 0 ${width} ${plan.height}`}
        role="group"
        aria-label="Topology diagram. Arrow keys move along the requests, Enter opens a card. The tables below contain the same data."
      >
        {byLayer.map((item) => {
          const key = keyOf(item);
          const route = routes.get(edgeName(item.edge));
          if (route === undefined) return null;
          return (
            <Edge
              key={key}
              edge={item.edge}
              topology={topology}
              route={route}
              itemKey={key}
              selection={selection}
              faded={faded(item)}
            />
          );
        })}
        {items.map((item) => {
          if (item.is === "edge") return null;
          const key = keyOf(item);
          const box = plan.boxes.get(item.node.id);
          if (box === undefined) return null;
          return <Node key={key} node={item.node} box={box} itemKey={key} selection={selection} faded={faded(item)} />;
        })}
        {edges.map((item) => {
          const label = labels.get(edgeName(item.edge));
          if (label === undefined) return null;
          return <EdgeLabel key={keyOf(item)} label={label} status={statusOf(item.edge)} faded={faded(item)} />;
        })}
      </svg>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without tabindex is not focusable. */}
      <canvas
        ref={dots}
        class={`dots${selected === undefined ? "" : " faded"}`}
        width={Math.round(width * devicePixelRatio)}
        height={Math.round(plan.height * devicePixelRatio)}
        style={{ width: `${width}px`, height: `${plan.height}px` }}
        aria-hidden="true"
      />
      <span hidden>
        <span class="ink plain" />
        <span class="ink quiet" />
        <span class="ink failed" />
      </span>
      {selected !== undefined && (
        <Card
          item={selected}
          topology={topology}
          position={cardPosition(selected)}
          frameWidth={width}
          pinned={selection.pinned}
          onEnter={() => selection.enter(keyOf(selected))}
          onLeave={selection.leave}
          onClose={() => {
            selection.close();
            focusOn(keyOf(selected));
          }}
        />
      )}
    </section>
  );
}

/** True for the item itself, a node's edges, and an edge's ends. */
function isAdjacent(selected: Item, item: Item): boolean {
  if (keyOf(selected) === keyOf(item)) return true;
  if (selected.is === "node" && item.is === "edge")
    return item.edge.from === selected.node.id || item.edge.to === selected.node.id;
  if (selected.is === "edge" && item.is === "node")
    return selected.edge.from === item.node.id || selected.edge.to === item.node.id;
  return false;
}
