//! The overview: the lab's topology, controls for load and faults, and the resulting alerts and mail.
import { Alerts } from "../alerts/alerts";
import { useConnection, useEvents } from "../api/events";
import { useLab, useTitle } from "../api/lab";
import { Faults } from "../faults/faults";
import { Load } from "../faults/load";
import { Mails } from "../mail/mails";
import { TopologyPanel } from "../topology/panel";
import "./overview.css";

/** `/` */
export function OverviewPage() {
  useTitle("");
  const { map, alerts, mails, faults, sources } = useEvents();
  const { state } = useConnection();
  const stale = map !== null && state !== "live";
  const lab = useLab();
  return (
    <div class="overview">
      <h1 class="hidden">{lab?.name ?? "Lookout"}: overview</h1>
      <TopologyPanel topology={map} stale={stale} />
      <Load load={faults?.load ?? null} />
      <aside class="results" aria-label="Alerts and mail">
        <Alerts alerts={alerts} sources={sources} />
        <Mails mails={mails} mailbox={lab?.links.mailbox ?? null} />
      </aside>
      <Faults faults={faults?.faults ?? null} />
    </div>
  );
}
