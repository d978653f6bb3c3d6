//! The order in which a person reads the map: along the requests first, then what watches them.
import type { LabMap, MapEdge, MapNode } from "../api/types";

/** One thing on the map that can be looked at. */
export type Item = { readonly is: "node"; readonly node: MapNode } | { readonly is: "edge"; readonly edge: MapEdge };

/** A name of an item that no other has. */
export function keyOf(item: Item): string {
  return item.is === "node" ? `node ${item.node.id}` : `edge ${edgeName(item.edge)}`;
}

/** As `data-edge` has it. */
export function edgeName(edge: MapEdge): string {
  return `${edge.from}>${edge.to}`;
}

/** An edge's name and figures as attributes: full precision, empty where not known. */
export function edgeData(edge: MapEdge) {
  return {
    "data-edge": edgeName(edge),
    "data-kind": edge.kind,
    "data-rate": String(edge.rate ?? ""),
    "data-errors": String(edge.errors ?? ""),
    "data-p95": String(edge.p95 ?? ""),
  };
}

/** The edges whose both ends are on the map. */
export function drawn(map: LabMap): MapEdge[] {
  const ids = new Set(map.nodes.map((node) => node.id));
  return map.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to));
}

/** The nodes in the order of the flow: requests from the callers on, then the rest, by column and row. */
export function inFlowOrder(map: LabMap): MapNode[] {
  const byId = new Map(map.nodes.map((node) => [node.id, node]));
  const requests = drawn(map).filter((edge) => edge.kind === "request");
  const ordered: MapNode[] = [];
  const seen = new Set<string>();
  const visit = (id: string): void => {
    const node = byId.get(id);
    if (node === undefined || seen.has(id)) return;
    seen.add(id);
    ordered.push(node);
    for (const edge of requests) if (edge.from === id) visit(edge.to);
  };
  const byPlace = [...map.nodes].sort((a, b) => a.column - b.column || a.row - b.row);
  const clients = byPlace.filter((node) => node.kind === "client");
  const callers = byPlace.filter((node) => requests.some((edge) => edge.from === node.id));
  for (const node of [...clients, ...callers, ...byPlace]) visit(node.id);
  return ordered;
}

/** Every node in flow order, each followed by the edges that leave it. */
export function items(map: LabMap): Item[] {
  const edges = drawn(map);
  return inFlowOrder(map).flatMap((node): Item[] => [
    { is: "node", node },
    ...edges.filter((edge) => edge.from === node.id).map((edge): Item => ({ is: "edge", edge })),
  ]);
}
