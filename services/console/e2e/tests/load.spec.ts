//! The map shows the load that is sent, and Prometheus counts exactly as many.
import { type Faults, read } from "../lab/console";
import { expect, test } from "../lab/page";
import { totalAtRest } from "../lab/prometheus";

const ECHOES = 'grpc_server_handled_total{job="echo-server",grpc_service="proto.EchoService",grpc_code="OK"}';

test("the map shows the load that is sent, and every echo of it is counted", async ({ page, request }) => {
  await page.goto("/");
  for (const part of ["envoy-edge", "web-client", "envoy-grpc", "echo-server", "prometheus", "jaeger"]) {
    await expect(page.locator(`[data-node="${part}"]`)).toHaveAttribute("data-health", "up");
  }
  const before = await totalAtRest(ECHOES);
  const edge = page.locator('[data-edge="you>envoy-edge"]');
  const rate = async () => Number((await edge.getAttribute("data-rate")) || 0);

  const load = page.locator("[data-load]");
  for (const stream of await load.getByRole("checkbox").all()) {
    await stream.setChecked((await stream.getAttribute("value")) === "echoes");
  }
  await load.getByRole("button", { name: /start|send/i }).click();
  await expect(load).toHaveAttribute("data-running", "true");
  const asked = (await read<Faults>(request, "faults")).load;
  expect(asked.streams).toEqual(["echoes"]);
  expect(asked.rate).toBeGreaterThan(0);
  await expect.poll(rate, { message: "the edge's rate is about the load's" }).toBeGreaterThan(asked.rate * 0.7);
  expect(await rate()).toBeLessThan(asked.rate * 1.3);

  await expect(load).toHaveAttribute("data-running", "false", { timeout: 130_000 });
  const sent = Number(await load.getAttribute("data-sent"));
  expect(sent).toBeGreaterThan(0);
  expect(await load.getAttribute("data-failed")).toBe("0");
  expect((await totalAtRest(ECHOES)) - before, "echoes that Prometheus has counted").toBe(sent);
  await expect.poll(rate, { message: "the edge comes to rest" }).toBeLessThan(1);
});
