//! Many tabs of one browser share one event stream, and each says when it is not connected.
import type { BrowserContext, Page } from "@playwright/test";
import { collectErrors, expect, test } from "../lab/page";

const TABS = 8;

/** The event streams that the console counts. */
async function streams(page: Page): Promise<number> {
  const metrics = await (await page.request.get("/metrics")).text();
  return Number(/^console_event_streams (\d+)/m.exec(metrics)?.[1]);
}

async function openTabs(context: BrowserContext, errors: string[][]): Promise<Page[]> {
  const tabs: Page[] = [];
  for (let number = 1; number <= TABS; number += 1) {
    const tab = await context.newPage();
    errors.push(collectErrors(tab));
    await tab.goto(number % 2 === 0 ? "/tutorials/1" : "/");
    await expect(badge(tab), `badge of tab ${number}`).toHaveAttribute("data-connection", "live");
    tabs.push(tab);
  }
  return tabs;
}

function badge(page: Page) {
  return page.locator("[data-connection]");
}

test("eight tabs load, respond to clicks, get every change, and outlive the first one", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const errors: string[][] = [];
  const tabs = await openTabs(context, errors);
  const [last] = tabs.slice(-1);
  if (last === undefined) throw new Error("no tabs");
  await expect.poll(() => streams(last), { message: "event streams of eight tabs" }).toBe(1);

  await last.goto("/");
  await last.locator("[data-load]").first().getByRole("button", { name: "Send load" }).click();
  for (const tab of tabs) {
    await expect(tab.locator("[data-load]").first(), tab.url()).toHaveAttribute("data-running", "true");
  }
  for (const tab of tabs.splice(0, 2)) await tab.close();
  await last.locator("[data-load]").first().getByRole("button", { name: "Stop" }).click();
  for (const tab of tabs) {
    await expect(tab.locator("[data-load]").first(), tab.url()).toHaveAttribute("data-running", "false");
    await expect(badge(tab)).toHaveAttribute("data-connection", "live");
  }
  expect(await streams(last)).toBe(1);
  await context.close();
  expect(errors.flat()).toEqual([]);
});

test("a refused event stream is reported with its reason", async ({ page, allowed, context }) => {
  allowed.statuses.push(503);
  const detail = "8 event streams of this client are open already";
  // The shared worker's requests are not routed, so the page opens a stream of its own.
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"));
  await page.route("/api/events", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ title: "Service Unavailable", status: 503, detail }),
    }),
  );
  await page.goto("/");
  await expect(badge(page)).toHaveAttribute("data-connection", "disconnected");
  await expect(page.locator('[data-banner="disconnected"]')).toContainText(detail);
  await page.unroute("/api/events");
  await expect(badge(page)).toHaveAttribute("data-connection", "live");
  await expect(page.locator('[data-banner="disconnected"]')).toHaveCount(0);
});

test("an address without a page says so", async ({ page, allowed }) => {
  allowed.statuses.push(404);
  for (const path of ["/nosuch", "/tutorials/1/", "/tutorials/9", "/d/%ff", "/t/%ff", "/d/orders/%ff"]) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(404);
    await expect(page.getByText("Page not found"), path).toBeVisible();
  }
  await page.goto("/tutorials/1/");
  await page.getByRole("link", { name: "/tutorials/1" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});
