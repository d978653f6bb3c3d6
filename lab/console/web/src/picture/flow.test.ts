import assert from "node:assert/strict";
import { test } from "node:test";
import type { LabMap, MapEdge, MapNode } from "../api/types";
import { drawn, edgeData, inFlowOrder, items, keyOf } from "./flow";

function node(id: string, column: number, kind: MapNode["kind"] = "service"): MapNode {
  return { id, title: id, kind, tutorial: "lab", column, row: 0, health: "up", note: null, links: [], dashboard: null };
}

function edge(from: string, to: string, kind: MapEdge["kind"] = "request"): MapEdge {
  return { from, to, kind, what: "", rate: 1.5, unit: "req/s", errors: null, p95: 0.25, title: "" };
}

const MAP: LabMap = {
  at: 0,
  nodes: [node("prometheus", 0, "watcher"), node("server", 2), node("edge", 1, "proxy"), node("you", 0, "client")],
  edges: [edge("you", "edge"), edge("server", "prometheus", "scrape"), edge("edge", "server"), edge("edge", "gone")],
};

test("requests come first, from their callers on, then what watches them", () => {
  assert.deepEqual(
    inFlowOrder(MAP).map(({ id }) => id),
    ["you", "edge", "server", "prometheus"],
  );
});

test("an edge follows the part that it leaves; one to a part that is not there is left out", () => {
  assert.deepEqual(items(MAP).map(keyOf), [
    "node you",
    "edge you>edge",
    "node edge",
    "edge edge>server",
    "node server",
    "edge server>prometheus",
    "node prometheus",
  ]);
  assert.equal(drawn(MAP).length, 3);
});

test("figures are told in full, and empty where they are not known", () => {
  assert.deepEqual(edgeData(edge("you", "edge")), {
    "data-edge": "you>edge",
    "data-kind": "request",
    "data-rate": "1.5",
    "data-errors": "",
    "data-p95": "0.25",
  });
});
