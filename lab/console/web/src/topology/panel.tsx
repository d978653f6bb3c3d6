//! The topology card: a diagram on wide screens, a list on narrow ones, and a legend.
import { lastEvent } from "../api/events";
import type { LabMap } from "../api/types";
import { clock } from "../ui/format/time";
import { useWidth } from "../ui/size";
import { Loading } from "../ui/states";
import { TopologyDiagram } from "./diagram";
import { TopologyList } from "./list";
import { TopologyTables } from "./table";
import "./topology.css";
import "./card.css";
import "./list.css";

/** The diagram needs this width; below it, the list is shown. */
const MIN_DIAGRAM_PX = 700;

/** `topology` is null until the first event arrives; `stale` greys the card out. */
export function TopologyPanel({ topology, stale }: { topology: LabMap | null; stale: boolean }) {
  return (
    <section class="topology-panel card" aria-labelledby="topology-title">
      <header>
        <h2 id="topology-title">Topology</h2>
        {topology !== null && <Summary topology={topology} />}
        {stale && (
          <span class="stale-since" role="status">
            Stale since {clock(lastEvent())}
          </span>
        )}
      </header>
      {topology === null ? (
        <Loading what="Waiting for the first update" />
      ) : (
        <Topology topology={topology} stale={stale} />
      )}
      <Legend />
    </section>
  );
}

function Topology({ topology, stale }: { topology: LabMap; stale: boolean }) {
  const [frame, width] = useWidth();
  return (
    <div ref={frame}>
      {width !== null && width >= MIN_DIAGRAM_PX && (
        <>
          <TopologyDiagram topology={topology} width={width} stale={stale} />
          <TopologyTables topology={topology} />
        </>
      )}
      {width !== null && width < MIN_DIAGRAM_PX && <TopologyList topology={topology} stale={stale} />}
    </div>
  );
}

function Summary({ topology }: { topology: LabMap }) {
  const down = topology.nodes.filter((node) => node.health === "down");
  if (down.length === 0) return <p class="topology-summary">{topology.nodes.length} components, none down.</p>;
  return <p class="topology-summary bad">Down: {down.map((node) => node.title).join(", ")}.</p>;
}

function Legend() {
  return (
    <p class="legend">
      <span>
        <Sample kind="main" /> requests, with rate and p95; dots slow down as latency rises
      </span>
      <span>
        <Sample kind="failing" /> failing requests
      </span>
      <span>
        <Sample kind="monitoring" /> metrics, spans, queries
      </span>
    </p>
  );
}

function Sample({ kind }: { kind: "main" | "failing" | "monitoring" }) {
  return (
    <svg class={`sample ${kind}`} width="30" height="10" aria-hidden="true">
      <path d="M0,5H30" />
      <circle cx="15" cy="5" r={kind === "monitoring" ? 1.8 : 2.8} />
    </svg>
  );
}
