//! What traces are asked for: in the address, and as a form.
import { useEvents } from "../api/events";

/** What is asked for. */
export interface Filter {
  readonly service: string;
  readonly limit: number;
  /** Only traces with an error. */
  readonly errors: boolean;
  /** Only traces that took at least so many milliseconds. */
  readonly minMs: number;
}

const LIMITS = [20, 50, 100];
const FIRST_SERVICE = "web-client";

/** From the address's query. */
export function filterOf(query: string): Filter {
  const given = new URLSearchParams(query);
  const limit = Number(given.get("limit"));
  return {
    service: given.get("service") ?? FIRST_SERVICE,
    limit: LIMITS.includes(limit) ? limit : 20,
    errors: given.has("errors"),
    minMs: Math.max(0, Number(given.get("min")) || 0),
  };
}

/** As the address's query, with its question mark. */
export function queryOf({ service, limit, errors, minMs }: Filter): string {
  const parts = new URLSearchParams({ service, limit: String(limit) });
  if (errors) parts.set("errors", "");
  if (minMs > 0) parts.set("min", String(minMs));
  return `?${parts}`;
}

/** Each change is told at once. */
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
        Newest
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
        At least, in ms
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
        With errors only
      </label>
    </form>
  );
}

/** Those that send spans, by the map. */
function useTracedServices(chosen: string): string[] {
  const { map } = useEvents();
  // Envoy is two parts of the map, and one service to Jaeger.
  const name = (part: string): string => (part.startsWith("envoy-") ? "envoy" : part);
  const senders = (map?.edges ?? []).filter((edge) => edge.kind === "span").map((edge) => name(edge.from));
  return [...new Set([chosen, ...senders])].sort();
}
