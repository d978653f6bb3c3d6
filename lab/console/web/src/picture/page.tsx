//! The first page: the lab as it is now, what can be done to it, and what came of it.
import { Alerts } from "../alerts/alerts";
import { Faults } from "../alerts/faults";
import { Load } from "../alerts/load";
import { lastEvent, useConnection, useEvents } from "../api/events";
import { useLab, useTitle } from "../api/lab";
import type { LabMap } from "../api/types";
import { Mails } from "../mail/mails";
import { clock } from "../ui/format/time";
import { Loading } from "../ui/states";
import { Legend } from "./legend";
import { FlowList } from "./list";
import { FlowMap } from "./map";
import { MapTable } from "./table";
import { useWidth } from "./use-width";
import "./picture.css";
import "./list.css";

/** Narrower than this, the map is a list. */
const MAP_FROM = 700;

/** No props: everything comes as events. */
export function PicturePage() {
  useTitle("");
  const { map, alerts, mails, faults } = useEvents();
  const stale = useConnection() === "stale";
  const lab = useLab();
  return (
    <div class="picture-page">
      <h1 class="hidden">{lab?.name ?? "Lookout"}, the picture</h1>
      <section class="picture card" aria-labelledby="map-title">
        <header>
          <h2 id="map-title">The lab, now</h2>
          {map !== null && <Summary map={map} />}
          {stale && (
            <span class="stale-since" role="status">
              Stale since {clock(lastEvent())}
            </span>
          )}
        </header>
        {map === null ? <Loading what="Waiting for the first look at the lab" /> : <Picture map={map} stale={stale} />}
        <Legend />
      </section>
      <div class="doing">
        <Load load={faults?.load ?? null} />
        <Faults faults={faults?.faults ?? null} />
      </div>
      <aside class="watching" aria-label="What came of it">
        <Alerts alerts={alerts} />
        <Mails mails={mails} mailbox={lab?.links.mailbox ?? null} />
      </aside>
    </div>
  );
}

function Picture({ map, stale }: { map: LabMap; stale: boolean }) {
  const [frame, width] = useWidth();
  return (
    <div ref={frame} class="map-room">
      {width !== null && width >= MAP_FROM && (
        <>
          <FlowMap map={map} width={width} stale={stale} />
          <MapTable map={map} />
        </>
      )}
      {width !== null && width < MAP_FROM && <FlowList map={map} stale={stale} />}
    </div>
  );
}

function Summary({ map }: { map: LabMap }) {
  const down = map.nodes.filter((node) => node.health === "down");
  if (down.length === 0) return <p class="map-summary">{map.nodes.length} parts, none down.</p>;
  return <p class="map-summary bad">Down: {down.map((node) => node.title).join(", ")}.</p>;
}
