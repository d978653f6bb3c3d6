//! Every edge's way over the map.
import type { LabMap, MapEdge } from "../api/types";
import { drawn, edgeName } from "./flow";
import type { Layout } from "./layout";
import { isMain } from "./measure";
import type { Lane } from "./route";
import { routed } from "./route";
import type { Route } from "./trail";

/** The ways by the edges' names. */
export function ways(map: LabMap, plan: Layout): Map<string, Route> {
  const found = new Map<string, Route>();
  for (const edge of drawn(map)) {
    const from = plan.boxes.get(edge.from);
    const to = plan.boxes.get(edge.to);
    if (from !== undefined && to !== undefined) found.set(edgeName(edge), routed(from, to, plan, lane(edge)));
  }
  return found;
}

/** One lane for each kind, so that those of a kind join. */
function lane(edge: MapEdge): Lane {
  const direct = isMain(edge) || edge.kind === "push";
  switch (edge.kind) {
    case "scrape":
      return { offset: 6, direct };
    case "span":
      return { offset: -6, direct };
    case "query":
      return { offset: 12, direct };
    default:
      return { offset: 0, direct };
  }
}
