//! The filter of the trace search, in the query and as a form.
import { useEvents } from "../api/events";

export interface Filter {
  readonly service: string;
  readonly limit: number;
  /** Show only traces with an error. */
  readonly errors: boolean;
  /** Minimum duration in milliseconds. */
  readonly minMs: number;
}

const LIMITS = [20, 50, 100];
const DEFAULT_SERVICE = "web-client";

/** `query` has no question mark. */
export function parseFilter(query: string): Filter {
  const params = new URLSearchParams(query);
  const limit = Number(params.get("limit"));
  return {
    service: params.get("service") ?? DEFAULT_SERVICE,
    limit: LIMITS.includes(limit) ? limit : 20,
    errors: params.has("errors"),
    minMs: Math.max(0, Number(params.get("min")) || 0),
  };
}

/** The query with its question mark. */
export function queryOf({ service, limit, errors, minMs }: Filter): string {
  const params = new URLSearchParams({ service, limit: String(limit) });
  if (errors) params.set("errors", "");
  if (minMs > 0) params.set("min", String(minMs));
  return `?${params}`;
}

export function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const services = useTracedServices(filter.service);
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        Service
        <select
          value={filter.service}
          onChange={(event) => onChange({ ...filter, service: event.currentTarget.value })}
        >
          {services.map((service) => (
            <option key={service}>{service}</option>
          ))}
        </select>
      </label>
      <label>
        Limit
        <select
          value={filter.limit}
          onChange={(event) => onChange({ ...filter, limit: Number(event.currentTarget.value) })}
        >
          {LIMITS.map((limit) => (
            <option key={limit}>{limit}</option>
          ))}
        </select>
      </label>
      <label>
        Minimum duration, ms
        <input
          type="number"
          min="0"
          step="any"
          value={filter.minMs}
          onChange={(event) => onChange({ ...filter, minMs: Math.max(0, event.currentTarget.valueAsNumber || 0) })}
        />
      </label>
      <label class="tick">
        <input
          type="checkbox"
          checked={filter.errors}
          onChange={(event) => onChange({ ...filter, errors: event.currentTarget.checked })}
        />
        Errors only
      </label>
    </form>
  );
}

/** The services that export spans according to the topology, and the selected one. */
function useTracedServices(selected: string): string[] {
  const { map } = useEvents();
  // Two nodes of the topology, but one service in Jaeger.
  const serviceOf = (node: string): string => (node.startsWith("envoy-") ? "envoy" : node);
  const senders = (map?.edges ?? []).filter((edge) => edge.kind === "span").map((edge) => serviceOf(edge.from));
  return [...new Set([selected, ...senders])].sort();
}
