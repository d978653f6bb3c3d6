//! The topology's nodes and edges in reading order: along the requests first, then the monitoring services.
import type { LabMap, MapEdge, MapNode } from "../api/types";

/** A selectable element of the diagram. */
export type Item = { readonly is: "node"; readonly node: MapNode } | { readonly is: "edge"; readonly edge: MapEdge };

/** Unique among all items. */
export function keyOf(item: Item): string {
  return item.is === "node" ? `node ${item.node.id}` : `edge ${edgeName(item.edge)}`;
}

/** "from>to" */
export function edgeName(edge: MapEdge): string {
  return `${edge.from}>${edge.to}`;
}

/** The edge's name and figures as `data-*` attributes: full precision, empty if not measured. */
export function edgeData(edge: MapEdge) {
  return {
    "data-edge": edgeName(edge),
    "data-kind": edge.kind,
    "data-rate": String(edge.rate ?? ""),
    "data-errors": String(edge.errors ?? ""),
    "data-p95": String(edge.p95 ?? ""),
  };
}

/** The edges whose ends are both in the topology. */
export function connectedEdges(topology: LabMap): MapEdge[] {
  const ids = new Set(topology.nodes.map((node) => node.id));
  return topology.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to));
}

/** The nodes depth first along requests, starting at the clients; then the others by column and row. */
export function inRequestOrder(topology: LabMap): MapNode[] {
  const byId = new Map(topology.nodes.map((node) => [node.id, node]));
  const requests = connectedEdges(topology).filter((edge) => edge.kind === "request");
  const ordered: MapNode[] = [];
  const visited = new Set<string>();
  const visit = (id: string): void => {
    const node = byId.get(id);
    if (node === undefined || visited.has(id)) return;
    visited.add(id);
    ordered.push(node);
    for (const edge of requests) if (edge.from === id) visit(edge.to);
  };
  const byPosition = [...topology.nodes].sort((a, b) => a.column - b.column || a.row - b.row);
  const clients = byPosition.filter((node) => node.kind === "client");
  const callers = byPosition.filter((node) => requests.some((edge) => edge.from === node.id));
  for (const node of [...clients, ...callers, ...byPosition]) visit(node.id);
  return ordered;
}

/** Every node in request order, each followed by its outgoing edges. */
export function itemsOf(topology: LabMap): Item[] {
  const edges = connectedEdges(topology);
  return inRequestOrder(topology).flatMap((node): Item[] => [
    { is: "node", node },
    ...edges.filter((edge) => edge.from === node.id).map((edge): Item => ({ is: "edge", edge })),
  ]);
}
