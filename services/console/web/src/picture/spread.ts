//! Every edge's curve; those that meet at one part are spread, so that they can be told apart.
import type { LabMap, MapEdge } from "../api/types";
import { drawn, edgeName } from "./flow";
import type { Layout } from "./layout";
import { isMain } from "./measure";
import type { Curve } from "./route";
import { curve } from "./route";

/** The curves by the edges' names. */
export function curves(map: LabMap, plan: Layout): Map<string, Curve> {
  const edges = drawn(map);
  const found = new Map<string, Curve>();
  for (const edge of edges) {
    const from = plan.boxes.get(edge.from);
    const to = plan.boxes.get(edge.to);
    if (from !== undefined && to !== undefined) found.set(edgeName(edge), curve(from, to, plan, share(edge, edges, plan)));
  }
  return found;
}

/** From -1 to 1, by the place of its source among those that watchers' edges come from; requests keep to the middle. */
function share(edge: MapEdge, edges: readonly MapEdge[], plan: Layout): number {
  if (isMain(edge)) return 0;
  const rivals = edges
    .filter((other) => !isMain(other) && other.to === edge.to)
    .map((other) => ({ name: edgeName(other), x: plan.boxes.get(other.from)?.x ?? 0 }))
    .sort((a, b) => a.x - b.x);
  if (rivals.length < 2) return edge.kind === "span" ? -0.5 : 0.5;
  return (2 * rivals.findIndex((rival) => rival.name === edgeName(edge))) / (rivals.length - 1) - 1;
}
