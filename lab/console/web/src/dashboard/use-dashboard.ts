//! A dashboard's description: asked for anew when its time range or variables change, since its options hang on them.
import { useEffect, useState } from "preact/hooks";
import { get, reason } from "../api/client";
import type { Dashboard } from "../api/dashboard";
import { type Asked, writeVariables } from "./url";

interface Found {
  dashboard: Dashboard | null;
  error: string | null;
}

/** The last description stays until the next one is there. */
export function useDashboard(uid: string, { from, to, variables }: Asked): Found {
  const [found, setFound] = useState<Found>({ dashboard: null, error: null });
  const query = new URLSearchParams();
  if (from !== null) query.set("from", from);
  if (to !== null) query.set("to", to);
  writeVariables(query, variables);
  const path = `/api/dashboards/${encodeURIComponent(uid)}?${query}`;

  useEffect(() => {
    const control = new AbortController();
    get<Dashboard>(path, control.signal).then(
      (dashboard) => setFound({ dashboard, error: null }),
      (error: unknown) => {
        if (!control.signal.aborted) setFound(({ dashboard }) => ({ dashboard, error: reason(error) }));
      },
    );
    return () => control.abort();
  }, [path]);
  return found;
}
