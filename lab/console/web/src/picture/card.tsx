//! The card of what is looked at: its sentence, its figures, the ways on.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LabMap } from "../api/types";
import { facts, titleOf } from "./facts";
import type { Item } from "./flow";
import { drawn } from "./flow";
import { HealthMark } from "./health";
import type { Point } from "./layout";
import { Ways } from "./ways";

interface Props {
  readonly item: Item;
  readonly map: LabMap;
  /** Where it points at, in the map's pixels. */
  readonly near: Point;
  /** The map's width. */
  readonly width: number;
  readonly pinned: boolean;
  readonly onEnter: () => void;
  readonly onLeave: () => void;
  readonly onClose: () => void;
}

/** Beside what it tells of, inside the map's width. */
export function Card({ item, map, near, width, pinned, onEnter, onLeave, onClose }: Props) {
  const element = useRef<HTMLElement>(null);
  const [left, setLeft] = useState(near.x);
  useLayoutEffect(() => {
    const own = element.current?.offsetWidth ?? 0;
    setLeft(Math.max(4, Math.min(near.x - own / 2, width - own - 4)));
  }, [near.x, width, item]);
  return (
    <section
      ref={element}
      class="map-card"
      aria-label="Details"
      style={{ left: `${left}px`, top: `${near.y}px` }}
      onMouseEnter={onEnter}
      onMouseLeave={onLeave}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <Told item={item} map={map} />
      {pinned ? (
        <button type="button" class="map-card-close" aria-label="Close the card" onClick={onClose}>
          ×
        </button>
      ) : (
        <p class="hint">Click, or press Enter, to keep this open.</p>
      )}
    </section>
  );
}

/** The card's content, also what the narrow list unfolds. */
export function Told({ item, map }: { item: Item; map: LabMap }) {
  return item.is === "node" ? <NodeTold item={item} map={map} /> : <EdgeTold item={item} map={map} />;
}

function NodeTold({ item: { node }, map }: { item: Item & { is: "node" }; map: LabMap }) {
  const edges = drawn(map).filter((edge) => (edge.from === node.id || edge.to === node.id) && edge.rate !== null);
  return (
    <>
      <h3>
        {node.title} <HealthMark health={node.health} />
      </h3>
      {node.note !== null && <p>{node.note}</p>}
      {edges.length > 0 && (
        <ul class="flows">
          {edges.slice(0, 7).map((edge) => (
            <li key={`${edge.from}>${edge.to}`}>
              <span>{edge.from === node.id ? `to ${titleOf(edge.to, map)}` : `from ${titleOf(edge.from, map)}`}</span>
              <span class="figure">{facts(edge)[0]?.text}</span>
            </li>
          ))}
        </ul>
      )}
      <Ways links={node.links} dashboard={node.dashboard} tutorial={node.tutorial} />
    </>
  );
}

function EdgeTold({ item: { edge }, map }: { item: Item & { is: "edge" }; map: LabMap }) {
  const target = map.nodes.find((node) => node.id === edge.to);
  const source = map.nodes.find((node) => node.id === edge.from);
  return (
    <>
      <h3>
        {titleOf(edge.from, map)} → {titleOf(edge.to, map)}
      </h3>
      <p>{edge.title}</p>
      <dl>
        {facts(edge).map((fact) => (
          <div key={fact.name}>
            <dt>{fact.name}</dt>
            <dd>{fact.text}</dd>
          </div>
        ))}
      </dl>
      <Ways
        links={[]}
        dashboard={target?.dashboard ?? source?.dashboard ?? null}
        tutorial={target?.tutorial ?? "lab"}
      />
    </>
  );
}
