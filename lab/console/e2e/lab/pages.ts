//! Every page of the console, and how it looks when it is complete.
import { type APIRequestContext, expect, type Page } from "@playwright/test";
import { type Lab, read } from "./console";

export interface Place {
  path: string;
  ready: (page: Page) => Promise<void>;
}

/** The map with a figure on an edge. */
export async function pictureReady(page: Page): Promise<void> {
  await expect(page.locator('[data-edge][data-rate]:not([data-rate=""])').first()).toBeAttached();
}

/** A dashboard whose panels have all been answered. */
export async function dashboardReady(page: Page): Promise<void> {
  await expect(page.locator("[data-dashboard]")).toHaveAttribute("data-state", "ready");
}

async function tutorialReady(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[data-action], [data-panel]").first()).toBeVisible();
  await expect.poll(() => loadingInView(page), { message: "panels in view that have no answer yet" }).toBe(0);
}

/** Panels out of view wait until they come into it. */
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

/** All of them, in the order of the navigation. */
export async function pages(request: APIRequestContext): Promise<Place[]> {
  const lab = await read<Lab>(request, "lab");
  const [trace] = await read<{ trace: string }[]>(request, "traces?limit=1");
  if (trace === undefined) throw new Error("there is no trace yet");
  return [
    { path: "/", ready: pictureReady },
    ...lab.tutorials.map(({ number }) => ({ path: `/tutorials/${number}`, ready: tutorialReady })),
    ...lab.dashboards.map(({ uid }) => ({ path: `/d/${uid}`, ready: dashboardReady })),
    { path: "/t", ready: searchReady },
    { path: `/t/${trace.trace}`, ready: traceReady },
  ];
}
