//! One span: its name in the tree, its bar to scale, and below, when opened, its tags and events.
import type { Span } from "../api/types";
import { duration } from "./duration";
import type { Branch } from "./tree";

interface Props {
  readonly branch: Branch;
  /** The scale's end, in microseconds. */
  readonly end: number;
  /** One of eight colours, from 1. */
  readonly colour: number;
  readonly folded: boolean;
  readonly opened: boolean;
  readonly reachable: boolean;
  readonly onFold: () => void;
  readonly onOpen: () => void;
}

/** A row of the tree grid, and a second one with the details. */
export function SpanRow({ branch, end, colour, folded, opened, reachable, onFold, onOpen }: Props) {
  const { span, depth, below } = branch;
  const start = (span.start_us / end) * 100;
  const share = (span.duration_us / end) * 100;
  return (
    <>
      <div
        class={`span series-${colour}${span.error ? " failed" : ""}`}
        role="row"
        aria-level={depth + 1}
        aria-posinset={branch.place}
        aria-setsize={branch.siblings}
        aria-expanded={below > 0 ? !folded : undefined}
        tabIndex={reachable ? 0 : -1}
        data-span={span.id}
        data-service={span.service}
        onClick={onOpen}
      >
        <span class="span-name" role="gridcell" style={{ paddingLeft: `${depth * 14}px` }}>
          {below > 0 ? (
            <button
              type="button"
              class="fold"
              tabIndex={-1}
              aria-label={folded ? `Unfold ${below} spans` : `Fold ${below} spans`}
              onClick={(event) => {
                event.stopPropagation();
                onFold();
              }}
            >
              <svg viewBox="0 0 10 10" aria-hidden="true" class={folded ? "" : "open"}>
                <path d="M3 1l4 4-4 4" />
              </svg>
            </button>
          ) : (
            <span class="fold" />
          )}
          <b>{span.service}</b> {span.error && <span class="error-mark">error</span>}{" "}
          <span class="operation">{span.name}</span>
          {folded && <span class="more-below"> +{below}</span>}
        </span>
        <span class="span-time" role="gridcell">
          <span class="span-bar" style={{ left: `${start.toFixed(3)}%`, width: `${share.toFixed(3)}%` }} />
        </span>
        <span class="took" role="gridcell">
          {duration(span.duration_us)}
        </span>
      </div>
      {opened && <Details span={span} />}
    </>
  );
}

function Details({ span }: { span: Span }) {
  return (
    <div class="span-details" role="row">
      <div role="gridcell">
        <p>
          {span.kind !== null && <>{span.kind}, </>}from {duration(span.start_us)} to{" "}
          {duration(span.start_us + span.duration_us)}
        </p>
        <Tags tags={span.tags} />
        {span.events.map((event, index) => (
          <div class="event" key={`${event.name} ${index}`}>
            <p>
              <b>{event.name}</b> at {duration(event.at_us)}
            </p>
            <Tags tags={event.tags} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Tags({ tags }: { tags: Span["tags"] }) {
  return (
    <dl class="tags">
      {tags.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
