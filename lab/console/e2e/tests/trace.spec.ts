//! Traces: of a request sent by a button of a tutorial, and of an exemplar.
import { out } from "../lab/addresses";
import { expect, test } from "../lab/page";

test("the trace of an echo has spans of every service and is found by the search", async ({ page, allowed }) => {
  // The trace is not found until its first spans are stored.
  allowed.statuses.push(404);
  await page.goto("/tutorials/1");
  const action = page.locator(".action", { has: page.locator('[data-action="echo"]') }).first();
  await action.locator('[data-action="echo"]').click();
  const link = action.getByRole("link", { name: "View trace" });
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
    }, "services of the trace")
    .toEqual(new Set(["envoy", "web-client", "echo-server"]));
  await page.screenshot({ path: `${out}/screenshots/trace.png` });

  await page.goto("/t");
  await expect(page.locator(`a[href="/t/${id}"]`).first()).toBeVisible();
});

test("an exemplar on a panel leads to its trace", async ({ page, allowed }) => {
  // The newest trace is not found until its first spans are stored.
  allowed.statuses.push(404);
  await page.goto("/tutorials/1");
  await page.locator('[data-action="echo"]').first().click();
  await page.goto("/d/grpc-server?from=now-5m&to=now&viewPanel=3");
  const exemplar = page.locator('[data-panel="3"] a.exemplar').first();
  // A refresh shows the exemplar once it is scraped.
  await expect(exemplar).toBeAttached({ timeout: 30_000 });
  const path = await exemplar.getAttribute("href");
  expect(path).toMatch(/^\/t\/[0-9a-f]{32}$/);
  // Diamonds may overlap, so the pointer may meet another.
  await exemplar.dispatchEvent("click");
  await expect(page).toHaveURL(String(path));
  await expect(page.locator("[data-trace] [data-span]").first()).toBeVisible({ timeout: 30_000 });
});
