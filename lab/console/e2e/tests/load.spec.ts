//! The load generator: the topology shows its rate, and the stores count every request.
import type { Page } from "@playwright/test";
import { type Faults, read } from "../lab/console";
import * as influxdb from "../lab/influxdb";
import { expect, test } from "../lab/page";
import { stableValue, total } from "../lab/prometheus";

const ECHOES = 'grpc_server_handled_total{job="echo-server",grpc_service="proto.EchoService",grpc_code="OK"}';
const ORDERS = 'micro_request_total{job="order-service",method="Order.Create",status="success"}';
const HELLOS = 'SELECT last("value") FROM "count_request.count" GROUP BY "host"';

test.setTimeout(240_000);

test("topology shows the load, and the stores count every request", async ({ page, request }) => {
  await page.goto("/");
  const components = [
    "envoy-edge",
    "web-client",
    "envoy-grpc",
    "echo-server",
    "order-service",
    "tcp-balancer",
    "prometheus",
    "jaeger",
  ];
  for (const component of components)
    await expect(page.locator(`[data-node="${component}"]`)).toHaveAttribute("data-health", "up");

  const before = await counted();
  const load = page.locator("[data-load]");
  await load.getByRole("button", { name: "Send load" }).click();
  await expect(load).toHaveAttribute("data-running", "true");
  const state = (await read<Faults>(request, "faults")).load;
  expect(state.streams).toEqual(["echoes", "orders", "hellos"]);
  // Echoes and orders enter at the edge, hellos at the balancer.
  await expectRate(page, "you>envoy-edge", state.rate * 0.75);
  await expectRate(page, "web-client>envoy-grpc", state.rate * 0.75);
  await expectRate(page, "envoy-grpc>echo-server", state.rate * 0.5);
  await expectRate(page, "you>tcp-balancer", state.rate * 0.25);

  await expect(load).toHaveAttribute("data-running", "false", { timeout: 130_000 });
  const sent = Number(await load.getAttribute("data-sent"));
  expect(sent).toBeGreaterThan(state.rate);
  expect(await load.getAttribute("data-failed")).toBe("0");
  expect((await counted()) - before, "requests counted by Prometheus and InfluxDB").toBe(sent);
  await expect.poll(() => rate(page, "you>envoy-edge"), { message: "rate at the edge after the load" }).toBeLessThan(1);
});

/** Total of all stores, once it is stable. */
function counted(): Promise<number> {
  return stableValue("echoes, orders and hellos", async () => {
    const hellos = await influxdb.query(HELLOS);
    const pushed = hellos.reduce((sum, { points }) => sum + (points.at(-1)?.[1] ?? 0), 0);
    return (await total(ECHOES)) + (await total(ORDERS)) + pushed;
  });
}

async function rate(page: Page, edge: string): Promise<number> {
  return Number((await page.locator(`[data-edge="${edge}"]`).getAttribute("data-rate")) || 0);
}

/** Waits until an edge shows this rate, within 25 %. */
async function expectRate(page: Page, edge: string, expected: number): Promise<void> {
  await expect
    .poll(async () => Math.abs((await rate(page, edge)) - expected), {
      message: `rate of ${edge} is about ${expected} per second`,
    })
    .toBeLessThan(expected / 4);
}
