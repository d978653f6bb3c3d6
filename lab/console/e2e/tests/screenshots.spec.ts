//! Screenshots of the pages under load. The fault test takes that of the overview with an active fault.
import { out } from "../lab/addresses";
import { send } from "../lab/console";
import { expect, test } from "../lab/page";
import { dashboardReady, overviewReady } from "../lab/pages";

test("takes screenshots under load", async ({ page }) => {
  await page.goto("/");
  await overviewReady(page);
  expect(await send(page, "POST", "load", { seconds: 60 })).toBe(200);
  const rate = page.locator('[data-edge="you>envoy-edge"]');
  await expect.poll(async () => Number((await rate.getAttribute("data-rate")) || 0)).toBeGreaterThan(10);
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto("/");
    await overviewReady(page);
    await page.screenshot({ path: `${out}/screenshots/overview-${scheme}.png`, fullPage: true });
    for (const uid of ["lookout", "grpc-client", "orders"]) {
      await page.setViewportSize({ width: 1280, height: 1600 });
      await page.goto(`/d/${uid}`);
      await dashboardReady(page);
      await page.screenshot({ path: `${out}/screenshots/dashboard-${uid}-${scheme}.png` });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto("/tutorials/1");
    await expect(page.locator('[data-panel][data-state="ready"]').first()).toBeVisible();
    await page.screenshot({ path: `${out}/screenshots/tutorial-${scheme}.png` });
  }
  await page.setViewportSize({ width: 400, height: 800 });
  await page.goto("/");
  await overviewReady(page);
  await page.screenshot({ path: `${out}/screenshots/overview-narrow.png`, fullPage: true });
  expect(await send(page, "DELETE", "load")).toBe(200);
});
