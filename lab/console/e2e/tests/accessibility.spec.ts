//! Accessibility of every page in both themes, and its width on phones.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../lab/page";
import { pages } from "../lab/pages";

test.setTimeout(300_000);

async function seriousViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter((found) => found.impact === "serious" || found.impact === "critical")
    .flatMap((found) => found.nodes.map((node) => `${found.id}: ${node.html.slice(0, 160)}: ${node.failureSummary}`));
}

for (const scheme of ["light", "dark"] as const) {
  test(`has no serious accessibility violations, ${scheme} theme`, async ({ page, request }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const { path, ready } of await pages(request)) {
      await page.goto(path);
      await ready(page);
      expect.soft(await seriousViolations(page), path).toEqual([]);
    }
  });
}

test("fits 400 pixels without horizontal scrolling", async ({ page, request }) => {
  await page.setViewportSize({ width: 400, height: 800 });
  for (const { path, ready } of await pages(request)) {
    await page.goto(path);
    await ready(page);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect.soft(width, path).toBeLessThanOrEqual(400);
  }
});
