//! A dialog with the queries of a panel and their results.
import type { PanelData, PanelHead, QuerySent } from "../../api/dashboard";
import { CopyButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { formatText, MILLISECONDS } from "../../ui/format/number";
import { dateTime } from "../../ui/format/time";
import { SOURCE_NAMES } from "../value/source";

interface Props {
  head: PanelHead;
  data: PanelData | null;
  onClose: () => void;
}

export function Queries({ head, data, onClose }: Props) {
  return (
    <Dialog title={`Queries of ${head.title}`} onClose={onClose} data={{ "data-queries": String(head.id) }}>
      {!data && <p class="quiet">No query has been sent yet.</p>}
      {data && (
        <p class="quiet">
          {dateTime(data.from)} to {dateTime(data.to)}, in {duration(data.took_ms)}.
        </p>
      )}
      {data?.queries.map((query) => (
        <Query key={query.ref} query={query} />
      ))}
      {head.unknown.length > 0 && <p>Options not supported by the console: {head.unknown.join(", ")}.</p>}
    </Dialog>
  );
}

function Query({ query }: { query: QuerySent }) {
  const { kind, step_ms: step } = query;
  const facts = [
    kind === "instant" ? `at ${dateTime(query.to)}` : `${dateTime(query.from)} to ${dateTime(query.to)}`,
    ...(step > 0 && kind !== "instant" ? [`step ${formatText(step, MILLISECONDS)}`] : []),
    `${query.series} series`,
    duration(query.took_ms),
  ];
  return (
    <section class="query" data-query={query.ref}>
      <header>
        <h3>
          {query.ref} · {SOURCE_NAMES[query.source]}, {kind}
        </h3>
        <CopyButton text={query.query} />
      </header>
      {query.error !== null && (
        <p class="query-error">
          {SOURCE_NAMES[query.source]} {query.error}
        </p>
      )}
      <pre tabIndex={0}>{query.query}</pre>
      <p class="quiet">{facts.join(" · ")}</p>
    </section>
  );
}

function duration(ms: number): string {
  return formatText(ms, MILLISECONDS, ms < 10 ? 1 : 0);
}
