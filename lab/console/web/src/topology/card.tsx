//! The card of a selected node or edge: description, figures and links.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLab } from "../api/lab";
import type { LabMap, Link } from "../api/types";
import { ExternalLink } from "../ui/link";
import { figuresOf, titleOf } from "./figures";
import { HealthMark } from "./health";
import type { Point } from "./layout";
import { connectedEdges, edgeName, type Item } from "./order";

interface Props {
  readonly item: Item;
  readonly topology: LabMap;
  /** Top centre of the card, in the diagram's pixels. */
  readonly position: Point;
  /** Width of the diagram in pixels; the card stays inside. */
  readonly frameWidth: number;
  readonly pinned: boolean;
  readonly onEnter: () => void;
  readonly onLeave: () => void;
  readonly onClose: () => void;
}

const MAX_EDGES = 7;

export function Card({ item, topology, position, frameWidth, pinned, onEnter, onLeave, onClose }: Props) {
  const element = useRef<HTMLElement>(null);
  const [left, setLeft] = useState(position.x);
  useLayoutEffect(() => {
    const width = element.current?.offsetWidth ?? 0;
    setLeft(Math.max(4, Math.min(position.x - width / 2, frameWidth - width - 4)));
  }, [position.x, frameWidth, item]);
  return (
    <section
      ref={element}
      class="item-card"
      aria-label="Details"
      style={{ left: `${left}px`, top: `${position.y}px` }}
      onMouseEnter={onEnter}
      onMouseLeave={onLeave}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <CardContent item={item} topology={topology} />
      {pinned ? (
        <button type="button" class="item-card-close" aria-label="Close the card" onClick={onClose}>
          ×
        </button>
      ) : (
        <p class="hint">Click or press Enter to keep this card open.</p>
      )}
    </section>
  );
}

export function CardContent({ item, topology }: { item: Item; topology: LabMap }) {
  return item.is === "node" ? (
    <NodeContent item={item} topology={topology} />
  ) : (
    <EdgeContent item={item} topology={topology} />
  );
}

function NodeContent({ item: { node }, topology }: { item: Item & { is: "node" }; topology: LabMap }) {
  const edges = connectedEdges(topology).filter(
    (edge) => (edge.from === node.id || edge.to === node.id) && edge.rate !== null,
  );
  return (
    <>
      <h3>
        {node.title} <HealthMark health={node.health} />
      </h3>
      {node.note !== null && <p>{node.note}</p>}
      {edges.length > 0 && (
        <ul class="node-edges">
          {edges.slice(0, MAX_EDGES).map((edge) => (
            <li key={edgeName(edge)}>
              <span>
                {edge.from === node.id ? `to ${titleOf(edge.to, topology)}` : `from ${titleOf(edge.from, topology)}`}
              </span>
              <span class="figure">{figuresOf(edge)[0]?.text}</span>
            </li>
          ))}
        </ul>
      )}
      <Links links={node.links} dashboard={node.dashboard} tutorial={node.tutorial} />
    </>
  );
}

function EdgeContent({ item: { edge }, topology }: { item: Item & { is: "edge" }; topology: LabMap }) {
  const target = topology.nodes.find((node) => node.id === edge.to);
  const source = topology.nodes.find((node) => node.id === edge.from);
  return (
    <>
      <h3>
        {titleOf(edge.from, topology)} → {titleOf(edge.to, topology)}
      </h3>
      <p>{edge.title}</p>
      <dl>
        {figuresOf(edge).map(({ name, text }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Links
        links={[]}
        dashboard={target?.dashboard ?? source?.dashboard ?? null}
        tutorial={target?.tutorial ?? "lab"}
      />
    </>
  );
}

interface LinksProps {
  readonly links: readonly Link[];
  readonly dashboard: string | null;
  readonly tutorial: string;
}

function Links({ links, dashboard, tutorial }: LinksProps) {
  const page = useLab()?.tutorials.find(({ id }) => id === tutorial);
  if (links.length === 0 && dashboard === null && page === undefined) return null;
  return (
    <p class="item-links">
      {dashboard !== null && <a href={`/d/${dashboard}`}>Dashboard</a>}
      {page !== undefined && <a href={`/tutorials/${page.number}`}>Tutorial</a>}
      {links.map(({ title, url }) =>
        url.startsWith("/") ? (
          <a key={url} href={url}>
            {title}
          </a>
        ) : (
          <ExternalLink key={url} href={url}>
            {title}
          </ExternalLink>
        ),
      )}
    </p>
  );
}
