//! The trace of a request that a tutorial's button has sent.
import { out } from "../lab/addresses";
import { expect, test } from "../lab/page";

test("an echo's trace goes through every part and is found by its service", async ({ page, allowed }) => {
  // Until the first batch of its spans has come.
  allowed.statuses.push(404);
  await page.goto("/tutorials/1");
  const turn = page.locator(".act", { has: page.locator('[data-action="echo"]') }).first();
  await turn.locator('[data-action="echo"]').click();
  const link = turn.getByRole("link", { name: "its trace" });
  await expect(link).toBeVisible();
  const id = ((await link.getAttribute("href")) ?? "").replace("/t/", "");
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  await link.click();

  await expect(page).toHaveURL(`/t/${id}`);
  await expect(page.locator(`[data-trace="${id}"]`)).toHaveAttribute("data-state", "ready");
  const services = page.locator("[data-span]");
  await expect
    .poll(async () => {
      await page.reload();
      await expect(services.first()).toBeVisible();
      return new Set(await services.evaluateAll((all) => all.map((one) => one.getAttribute("data-service"))));
    }, "spans come in batches")
    .toEqual(new Set(["envoy", "web-client", "echo-server"]));
  await page.screenshot({ path: `${out}/screenshots/trace.png` });

  await page.goto("/t");
  await expect(page.locator(`a[href="/t/${id}"]`).first()).toBeVisible();
});
