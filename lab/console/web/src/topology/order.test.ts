import assert from "node:assert/strict";
import { test } from "node:test";
import type { LabMap, MapEdge, MapNode } from "../api/types";
import { connectedEdges, edgeData, inRequestOrder, itemsOf, keyOf } from "./order";

function node(id: string, column: number, kind: MapNode["kind"] = "service"): MapNode {
  return { id, title: id, kind, tutorial: "lab", column, row: 0, health: "up", note: "", links: [], dashboard: null };
}

function edge(from: string, to: string, kind: MapEdge["kind"] = "request"): MapEdge {
  return { from, to, kind, what: "", rate: 1.5, unit: "req/s", errors: null, p95: 0.25, title: "" };
}

const TOPOLOGY: LabMap = {
  at: 0,
  nodes: [node("prometheus", 0, "watcher"), node("server", 2), node("edge", 1, "proxy"), node("you", 0, "client")],
  edges: [edge("you", "edge"), edge("server", "prometheus", "scrape"), edge("edge", "server"), edge("edge", "unknown")],
};

test("orders nodes along the requests, then the monitoring services", () => {
  assert.deepEqual(
    inRequestOrder(TOPOLOGY).map(({ id }) => id),
    ["you", "edge", "server", "prometheus"],
  );
});

test("lists each edge after its source node and drops edges to unknown nodes", () => {
  assert.deepEqual(itemsOf(TOPOLOGY).map(keyOf), [
    "node you",
    "edge you>edge",
    "node edge",
    "edge edge>server",
    "node server",
    "edge server>prometheus",
    "node prometheus",
  ]);
  assert.equal(connectedEdges(TOPOLOGY).length, 3);
});

test("writes figures in full precision, and empty if not measured", () => {
  assert.deepEqual(edgeData(edge("you", "edge")), {
    "data-edge": "you>edge",
    "data-kind": "request",
    "data-rate": "1.5",
    "data-errors": "",
    "data-p95": "0.25",
  });
});
