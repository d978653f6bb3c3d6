//! The map: the lab's parts in the order of the flow, and what moves between them.
import { useMemo, useRef } from "preact/hooks";
import type { LabMap } from "../api/types";
import { Card } from "./card";
import { Edge } from "./edge";
import type { Item } from "./flow";
import { edgeName, items, keyOf } from "./flow";
import { Label } from "./label";
import type { Point } from "./layout";
import { layout } from "./layout";
import { useLook } from "./look";
import { isMain, isTold } from "./measure";
import { Node } from "./node";
import { ways } from "./spread";
import { along } from "./trail";
import { useDots } from "./use-dots";

/** So far below a line its card stands, clear of the parts at its ends. */
const BELOW_LINE = 20;

interface Props {
  readonly map: LabMap;
  /** Pixels. */
  readonly width: number;
  readonly stale: boolean;
}

/** Drawn to this width; below 720 pixels the list is the better picture. */
export function FlowMap({ map, width, stale }: Props) {
  const root = useRef<SVGSVGElement>(null);
  const all = useMemo(() => items(map), [map]);
  const focusOn = (key: string): void =>
    root.current?.querySelector<SVGElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  const look = useLook(all, focusOn);
  const shape = all
    .map((item) => keyOf(item) + (item.is === "node" ? `@${item.node.column},${item.node.row}` : ""))
    .join(" ");
  const plan = useMemo(() => layout(map.nodes, width), [shape, width]);
  const lines = useMemo(() => ways(map, plan), [shape, plan]);
  const dots = useDots(map, lines, stale);
  const shown = all.find((item) => keyOf(item) === look.shown);
  const faded = (item: Item): boolean => shown !== undefined && !touches(shown, item);
  const place = (item: Item): Point => {
    if (item.is === "edge") {
      const way = lines.get(edgeName(item.edge));
      const middle = way === undefined ? { x: 0, y: 0 } : along(way, 0.5);
      return { x: middle.x, y: middle.y + BELOW_LINE };
    }
    const box = plan.boxes.get(item.node.id);
    return box === undefined ? { x: 0, y: 0 } : { x: box.x + box.width / 2, y: box.y + box.height };
  };
  const edges = all.filter((item) => item.is === "edge");
  // Those who only watch are drawn first, so that they lie beneath.
  const beneath = [...edges].sort((a, b) => Number(isMain(a.edge)) - Number(isMain(b.edge)));
  return (
    <section class={`map-frame${stale ? " stale" : ""}`} aria-label="Topology" onKeyDown={look.key}>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no element for a group of controls. */}
      <svg
        ref={root}
        class="map"
        width={width}
        height={plan.height}
        viewBox={`0 0 ${width} ${plan.height}`}
        role="group"
        aria-label="Map of the lab: arrow keys go along the flow, Enter opens a card. The same facts are in the tables below."
      >
        {beneath.map((item) => {
          const way = lines.get(edgeName(item.edge));
          return (
            way !== undefined && (
              <Edge
                key={keyOf(item)}
                edge={item.edge}
                map={map}
                way={way}
                itemKey={keyOf(item)}
                look={look}
                faded={faded(item)}
              />
            )
          );
        })}
        {all.map((item) => {
          if (item.is === "edge") return null;
          const box = plan.boxes.get(item.node.id);
          const key = keyOf(item);
          return (
            box !== undefined && (
              <Node key={key} node={item.node} box={box} itemKey={key} look={look} faded={faded(item)} />
            )
          );
        })}
        {edges.map((item) => {
          const way = lines.get(edgeName(item.edge));
          const labelled = isTold(item.edge) || (shown !== undefined && touches(shown, item));
          return (
            labelled && way !== undefined && <Label key={keyOf(item)} edge={item.edge} way={way} faded={faded(item)} />
          );
        })}
      </svg>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without tabindex is not focusable. */}
      <canvas
        ref={dots}
        class={`dots${shown === undefined ? "" : " faded"}`}
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
      {shown !== undefined && (
        <Card
          item={shown}
          map={map}
          near={place(shown)}
          width={width}
          pinned={look.pinned}
          onEnter={() => look.enter(keyOf(shown))}
          onLeave={look.leave}
          onClose={() => {
            look.close();
            focusOn(keyOf(shown));
          }}
        />
      )}
    </section>
  );
}

/** Whether an item is the one looked at, or beside it. */
function touches(shown: Item, item: Item): boolean {
  if (keyOf(shown) === keyOf(item)) return true;
  if (shown.is === "node" && item.is === "edge")
    return item.edge.from === shown.node.id || item.edge.to === shown.node.id;
  if (shown.is === "edge" && item.is === "node")
    return shown.edge.from === item.node.id || shown.edge.to === item.node.id;
  return false;
}
