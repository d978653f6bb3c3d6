//! The page that every test gets: what goes wrong on it fails the test, whatever else the test looks at.
import { test as base, expect, type Page, type Request } from "@playwright/test";
import { address } from "./addresses";

interface Allowed {
  /** Statuses of 400 and above that this test provokes. */
  statuses: number[];
}

export const test = base.extend<{ allowed: Allowed }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern.
  allowed: async ({}, use) => {
    await use({ statuses: [] });
  },
  page: async ({ page, allowed }, use) => {
    const wrong = watch(page, allowed);
    await use(page);
    // Streams that are open end with the page, not by an error.
    await page.close();
    expect(wrong, "console errors, failed requests, and requests to other hosts").toEqual([]);
  },
});

export { expect };

/** Collects what a page must not do. */
export function watch(page: Page, allowed: Allowed = { statuses: [] }): string[] {
  const wrong: string[] = [];
  page.on("console", (message) => {
    const refused = /Failed to load resource: the server responded with a status of (\d+)/.exec(message.text());
    if (refused !== null && allowed.statuses.includes(Number(refused[1]))) return;
    if (message.type() === "error" || message.type() === "warning") wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== address.console) wrong.push(`other host: ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    if (!left(request)) wrong.push(`failed: ${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !allowed.statuses.includes(response.status())) {
      wrong.push(`${response.status()}: ${response.url()}`);
    }
  });
  return wrong;
}

/** A page that is left, or asks anew, gives up what it has asked for. */
function left(request: Request): boolean {
  return request.failure()?.errorText === "net::ERR_ABORTED";
}
