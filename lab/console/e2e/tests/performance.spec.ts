//! Size of the scripts, which has a limit, and load times, which are only printed.
import type { CDPSession, Page } from "@playwright/test";
import { type Lab, read } from "../lab/console";
import { expect, test } from "../lab/page";
import { dashboardReady, overviewReady } from "../lab/pages";

/** Compressed bytes of all pages together. */
const MAX_SCRIPT_BYTES = 150_000;

test("scripts of all pages stay within the size limit", async ({ page, request }) => {
  const bytes = await trackScripts(await page.context().newCDPSession(page));
  await page.goto("/");
  await overviewReady(page);
  const first = sum(bytes);
  const { dashboards } = await read<Lab>(request, "lab");
  for (const path of [`/d/${dashboards[0]?.uid}`, "/tutorials/1", "/t"]) await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  console.log(`  JavaScript, compressed: ${first} bytes for the first page, ${sum(bytes)} for all`);
  expect(first).toBeGreaterThan(0);
  expect(sum(bytes)).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
});

test("prints the times of the first paint and of refreshes", async ({ page, request }) => {
  await page.goto("/");
  await overviewReady(page);
  const paint = await page.evaluate(() => performance.now());
  const { dashboards } = await read<Lab>(request, "lab");
  await page.setViewportSize({ width: 1600, height: 4000 });
  const { uid, panels } = dashboards.reduce((most, one) => (one.panels > most.panels ? one : most));
  for (const from of ["now-15m", "now-24h"]) {
    await page.goto(`/d/${uid}?from=${from}&to=now&refresh=`);
    await dashboardReady(page);
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) times.push(await refresh(page));
    const [least = 0, , median = 0, , most = 0] = times.sort((a, b) => a - b);
    console.log(
      `  ${uid}, ${panels} panels, ${from}: refreshed in ${median.toFixed(0)} ms (${least.toFixed(0)} to ${most.toFixed(0)})`,
    );
  }
  console.log(`  overview with figures: ${paint.toFixed(0)} ms after the start of the navigation`);
});

/** From the click until the dashboard is ready again, in milliseconds. */
async function refresh(page: Page): Promise<number> {
  await page.evaluate(() => {
    const dashboard = document.querySelector("[data-dashboard]");
    if (dashboard === null) throw new Error("no dashboard");
    const start = performance.now();
    new MutationObserver((_, observer) => {
      if (dashboard.getAttribute("data-state") !== "ready") return;
      observer.disconnect();
      dashboard.setAttribute("data-measured", String(performance.now() - start));
    }).observe(dashboard, { attributes: true, attributeFilter: ["data-state"] });
    dashboard.removeAttribute("data-measured");
  });
  await page.getByRole("button", { name: /^refresh( now)?$/i }).click();
  const measured = page.locator("[data-dashboard][data-measured]");
  await expect(measured).toBeAttached();
  return Number(await measured.getAttribute("data-measured"));
}

/** Transferred bytes of each script by URL, updated while the page loads. */
async function trackScripts(network: CDPSession): Promise<Map<string, number>> {
  const bytes = new Map<string, number>();
  const scripts = new Map<string, string>();
  network.on("Network.responseReceived", ({ requestId, type, response }) => {
    if (type === "Script") scripts.set(requestId, response.url);
  });
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const url = scripts.get(requestId);
    // Later pages load it from the cache, with fewer bytes.
    if (url !== undefined) bytes.set(url, Math.max(bytes.get(url) ?? 0, encodedDataLength));
  });
  await network.send("Network.enable");
  return bytes;
}

function sum(bytes: Map<string, number>): number {
  return [...bytes.values()].reduce((all, one) => all + one, 0);
}
