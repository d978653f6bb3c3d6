//! The pages of the console, and how to wait until each is loaded.
import { type APIRequestContext, expect, type Page } from "@playwright/test";
import { type Lab, read } from "./console";

export interface ConsolePage {
  path: string;
  ready: (page: Page) => Promise<void>;
}

/** Waits for the topology with the rate of at least one edge. */
export async function overviewReady(page: Page): Promise<void> {
  await expect(page.locator('[data-edge][data-rate]:not([data-rate=""])').first()).toBeAttached();
}

/** Waits until all visible panels are loaded. */
export async function dashboardReady(page: Page): Promise<void> {
  await expect(page.locator("[data-dashboard]")).toHaveAttribute("data-state", "ready");
}

async function tutorialReady(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[data-action], [data-panel]").first()).toBeVisible();
  await expect.poll(() => loadingInView(page), { message: "visible panels that are loading" }).toBe(0);
}

/** Counts visible panels only, because others load when they become visible. */
function loadingInView(page: Page): Promise<number> {
  return page.locator('[data-panel][data-state="loading"]').evaluateAll((all) => {
    const inView = all.filter((one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return bottom > 0 && top < window.innerHeight;
    });
    return inView.length;
  });
}

async function searchReady(page: Page): Promise<void> {
  await expect(page.locator('a[href^="/t/"]').first()).toBeVisible();
}

async function traceReady(page: Page): Promise<void> {
  await expect(page.locator("[data-trace] [data-span]").first()).toBeVisible();
}

/** In the order of the navigation. */
export async function pages(request: APIRequestContext): Promise<ConsolePage[]> {
  const lab = await read<Lab>(request, "lab");
  const [trace] = await read<{ trace: string }[]>(request, "traces?limit=1");
  if (trace === undefined) throw new Error("no trace is stored yet");
  return [
    { path: "/", ready: overviewReady },
    ...lab.tutorials.map(({ number }) => ({ path: `/tutorials/${number}`, ready: tutorialReady })),
    ...lab.dashboards.map(({ uid }) => ({ path: `/d/${uid}`, ready: dashboardReady })),
    { path: "/t", ready: searchReady },
    { path: `/t/${trace.trace}`, ready: traceReady },
  ];
}
