import assert from "node:assert/strict";
import { test } from "node:test";
import type { LabMap, MapEdge, MapNode } from "../api/types";
import { labelRows, overlap, placeLabels } from "./labels";
import { layout } from "./layout";
import { routesOf } from "./routes";

/** The lab's components as [id, column, row]. */
const NODES: [string, number, number][] = [
  ["you", 0, 1],
  ["envoy-edge", 1, 1],
  ["web-client", 2, 1],
  ["envoy-grpc", 3, 1],
  ["echo-server", 4, 0],
  ["order-service", 4, 1],
  ["orders-db", 5, 1],
  ["tcp-balancer", 1, 2],
  ["hello-influx-1", 2, 2],
  ["hello-influx-2", 2, 3],
  ["influxdb", 3, 3],
  ["metrics-sink", 1, 4],
  ["prometheus", 3, 4],
  ["alertmanager", 4, 4],
  ["maildev", 5, 4],
  ["jaeger", 3, 5],
  ["console", 5, 5],
];
const EDGES =
  "you>envoy-edge envoy-edge>web-client web-client>envoy-grpc envoy-grpc>echo-server envoy-grpc>order-service " +
  "order-service>orders-db you>tcp-balancer tcp-balancer>hello-influx-1 tcp-balancer>hello-influx-2 " +
  "hello-influx-1>influxdb:push hello-influx-2>influxdb:push envoy-edge>metrics-sink:push metrics-sink>prometheus:scrape " +
  "web-client>prometheus:scrape echo-server>prometheus:scrape order-service>prometheus:scrape " +
  "tcp-balancer>prometheus:scrape alertmanager>prometheus:scrape prometheus>alertmanager:push alertmanager>maildev:mail " +
  "envoy-edge>jaeger:span web-client>jaeger:span echo-server>jaeger:span prometheus>console:query jaeger>console:query";

function topology(figures: (index: number) => Partial<MapEdge>): LabMap {
  const nodes = NODES.map(([id, column, row]): MapNode => {
    return {
      id,
      title: id,
      kind: "service",
      tutorial: "lab",
      column,
      row,
      health: "up",
      note: "",
      links: [],
      dashboard: null,
    };
  });
  const edges = EDGES.split(" ").map((text, index): MapEdge => {
    const [from = "", to = "", kind = "request"] = text.split(/[>:]/);
    const base = { rate: 1, unit: "req/s", errors: null, p95: null, what: "", title: "" };
    return { from, to, kind: kind as MapEdge["kind"], ...base, ...figures(index) };
  });
  return { at: 0, nodes, edges };
}

const STATES: Record<string, (index: number) => Partial<MapEdge>> = {
  idle: () => ({ rate: 0 }),
  load: (index) => ({ rate: 20.25 * (index + 1), errors: 0, p95: 0.0123 }),
  "slow and failing everywhere": () => ({ rate: 1234.5, errors: 1, p95: 12.34 }),
  "some failures": (index) => ({ rate: 33, errors: index % 2 ? 0.0004 : 0.123, p95: 0.5 }),
};

for (const [name, figures] of Object.entries(STATES)) {
  test(`no label covers a node or another label: ${name}`, () => {
    // The diagram's width in windows of 1024 to 1920 pixels.
    for (const width of [846, 856, 876, 900, 962, 1100, 1300, 1500]) {
      const lab = topology(figures);
      const plan = layout(lab.nodes, width);
      const labels = [...placeLabels(lab, plan, routesOf(lab, plan))];
      assert.ok(labels.length >= 9);
      for (const [index, [edge, label]] of labels.entries()) {
        for (const box of plan.boxes.values()) assert.ok(!overlap(label, box), `${width}: ${edge} covers ${box.id}`);
        for (const [other, rect] of labels.slice(index + 1))
          assert.ok(!overlap(label, rect), `${width}: ${edge}, ${other}`);
      }
    }
  });
}

test("a label has the rate, the errors above zero, and the p95; nothing if the rate is not measured", () => {
  const edge = topology(() => ({ rate: 2, errors: 0.5, p95: 0.1 })).edges[0] as MapEdge;
  assert.deepEqual(
    labelRows(edge).map(({ text }) => text),
    ["2.0/s", "✕ 50 %", "100 ms"],
  );
  assert.deepEqual(labelRows({ ...edge, rate: null }), []);
});
