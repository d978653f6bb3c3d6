//! The page fixture. Console errors, failed requests and requests to other hosts fail every test.
import { test as base, expect, type Page, type Request } from "@playwright/test";
import { address } from "./addresses";

interface Allowed {
  /** Error statuses that the test provokes. */
  statuses: number[];
}

export const test = base.extend<{ allowed: Allowed }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from this pattern.
  allowed: async ({}, use) => {
    await use({ statuses: [] });
  },
  page: async ({ page, allowed }, use) => {
    const errors = collectErrors(page, allowed);
    await use(page);
    // Closes event streams without an error.
    await page.close();
    expect(errors, "console errors, failed requests, and requests to other hosts").toEqual([]);
  },
});

export { expect };

/** Collects the errors of a page. */
export function collectErrors(page: Page, allowed: Allowed = { statuses: [] }): string[] {
  const errors: string[] = [];
  page.on("console", (message) => {
    const failed = /Failed to load resource: the server responded with a status of (\d+)/.exec(message.text());
    if (failed !== null && allowed.statuses.includes(Number(failed[1]))) return;
    if (message.type() === "error" || message.type() === "warning") errors.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => errors.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== address.console) errors.push(`other host: ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    if (!isCancelled(request)) errors.push(`failed: ${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !allowed.statuses.includes(response.status())) {
      errors.push(`${response.status()}: ${response.url()}`);
    }
  });
  return errors;
}

/** A page cancels its requests when the user leaves it or refreshes. */
function isCancelled(request: Request): boolean {
  return request.failure()?.errorText === "net::ERR_ABORTED";
}
