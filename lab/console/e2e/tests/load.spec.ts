//! The map shows the load that is sent, and the stores count exactly as many.
import type { Page } from "@playwright/test";
import { type Faults, read } from "../lab/console";
import * as influxdb from "../lab/influxdb";
import { expect, test } from "../lab/page";
import { atRest, total } from "../lab/prometheus";

const ECHOES = 'grpc_server_handled_total{job="echo-server",grpc_service="proto.EchoService",grpc_code="OK"}';
const ORDERS = 'micro_request_total{job="order-service",method="Order.Create",status="success"}';
const HELLOS = 'SELECT last("value") FROM "count_request.count" GROUP BY "host"';

test.setTimeout(240_000);

test("the map shows the load that is sent, and all of it is counted", async ({ page, request }) => {
  await page.goto("/");
  const parts = [
    "envoy-edge",
    "web-client",
    "envoy-grpc",
    "echo-server",
    "order-service",
    "tcp-balancer",
    "prometheus",
    "jaeger",
  ];
  for (const part of parts) await expect(page.locator(`[data-node="${part}"]`)).toHaveAttribute("data-health", "up");

  const before = await counted();
  const load = page.locator("[data-load]");
  await load.getByRole("button", { name: "Send load" }).click();
  await expect(load).toHaveAttribute("data-running", "true");
  const asked = (await read<Faults>(request, "faults")).load;
  expect(asked.streams).toEqual(["echoes", "orders", "hellos"]);
  // Echoes and orders come in at the edge, hellos at the balancer.
  await about(page, "you>envoy-edge", asked.rate * 0.75);
  await about(page, "web-client>envoy-grpc", asked.rate * 0.75);
  await about(page, "envoy-grpc>echo-server", asked.rate * 0.5);
  await about(page, "you>tcp-balancer", asked.rate * 0.25);

  await expect(load).toHaveAttribute("data-running", "false", { timeout: 130_000 });
  const sent = Number(await load.getAttribute("data-sent"));
  expect(sent).toBeGreaterThan(asked.rate);
  expect(await load.getAttribute("data-failed")).toBe("0");
  expect((await counted()) - before, "requests that Prometheus and InfluxDB have counted").toBe(sent);
  await expect.poll(() => rate(page, "you>envoy-edge"), { message: "the edge comes to rest" }).toBeLessThan(1);
});

/** What all stores together have counted, once nothing moves any more. */
function counted(): Promise<number> {
  return atRest("echoes, orders and hellos", async () => {
    const hellos = await influxdb.ask(HELLOS);
    const pushed = hellos.reduce((sum, { points }) => sum + (points.at(-1)?.[1] ?? 0), 0);
    return (await total(ECHOES)) + (await total(ORDERS)) + pushed;
  });
}

async function rate(page: Page, edge: string): Promise<number> {
  return Number((await page.locator(`[data-edge="${edge}"]`).getAttribute("data-rate")) || 0);
}

/** Waits until an edge shows this rate, a quarter more or less. */
async function about(page: Page, edge: string, wanted: number): Promise<void> {
  await expect
    .poll(async () => Math.abs((await rate(page, edge)) - wanted), {
      message: `${edge} shows about ${wanted} a second`,
    })
    .toBeLessThan(wanted / 4);
}
