//! A fault by a click: on the map, on the timeline, in the inbox, and gone after.
import type { Page } from "@playwright/test";
import { address, out } from "../lab/addresses";
import { change, type Faults, read } from "../lab/console";
import { json } from "../lab/fetch";
import { type Mail, mails, newMails } from "../lab/mailbox";
import { expect, test } from "../lab/page";
import { instant } from "../lab/prometheus";

const ALERT = "EchoErrorsHigh";

test.setTimeout(240_000);

test("thrown by a click, it is seen, mailed, and taken back by a click", async ({ page, request }) => {
  await page.goto("/");
  const known = await mails();
  const fault = page.locator('[data-fault="errors"]');
  await expect(fault).toHaveAttribute("data-on", "false");
  await fault.getByRole("button", { name: "Break it: errors" }).click();
  await expect(fault).toHaveAttribute("data-on", "true");
  await seenAndMailed(page, known);
  await page.screenshot({ path: `${out}/screenshots/console.png`, fullPage: true });

  await fault.getByRole("button", { name: "Take back now" }).click();
  await expect(fault).toHaveAttribute("data-on", "false");
  await resolvedAndAtRest(page, known);
  const state = (await read<Faults>(request, "faults")).faults.find(({ name }) => name === "errors");
  expect(state?.on).toBe(false);
});

test("left alone, it is taken back at its deadline", async ({ page, request }) => {
  await page.goto("/");
  const known = await mails();
  const fault = page.locator('[data-fault="errors"]');
  await expect(fault).toHaveAttribute("data-on", "false");
  expect(await change(page, "POST", "faults/errors", { seconds: 10 })).toBe(200);
  await expect(fault).toHaveAttribute("data-on", "true");
  const thrown = (await read<Faults>(request, "faults")).faults.find(({ name }) => name === "errors");
  expect(thrown?.until, "the time at which it ends is told").not.toBeNull();
  await expect(fault).toHaveAttribute("data-on", "false", { timeout: 30_000 });
  await resolvedAndAtRest(page, known);
});

async function seenAndMailed(page: Page, known: Mail[]): Promise<void> {
  const edge = page.locator('[data-edge="web-client>envoy-grpc"]');
  await expect
    .poll(async () => Number((await edge.getAttribute("data-errors")) || 0), { message: "the edge's share of errors" })
    .toBeGreaterThan(0.5);
  const alert = page.locator(`[data-alert="${ALERT}"][data-state]`);
  await expect(alert).toHaveAttribute("data-state", "firing");
  for (const step of ["fault", "pending", "firing", "mailed"]) {
    await expect(alert.locator(`[data-step="${step}"]`)).toHaveAttribute("data-at", /^\d{13}$/);
  }
  await expect(mailOf(page, "false")).toBeVisible();
  expect(await newMails(ALERT, known), "the mailbox's own").toEqual([expect.stringMatching(/^\[FIRING\]/)]);
}

async function resolvedAndAtRest(page: Page, known: Mail[]): Promise<void> {
  const alert = page.locator(`[data-alert="${ALERT}"][data-state]`);
  for (const step of ["back", "resolved", "resolved_mail"]) {
    await expect(alert.locator(`[data-step="${step}"]`)).toHaveAttribute("data-at", /^\d{13}$/, { timeout: 90_000 });
  }
  await expect(alert).toHaveAttribute("data-state", "inactive");
  const steps = await alert
    .locator("[data-step][data-at]")
    .evaluateAll((all) =>
      all.map((one) => [one.getAttribute("data-step"), Number(one.getAttribute("data-at"))] as const),
    );
  const times = new Map(steps);
  const order = ["fault", "pending", "firing", "mailed", "back", "resolved", "resolved_mail"].map((step) =>
    times.get(step),
  );
  expect(order, "each step after the one before").toEqual([...order].sort((a, b) => (a ?? 0) - (b ?? 0)));
  await expect(mailOf(page, "true")).toBeVisible();
  expect(await newMails(ALERT, known), "one mail each way, and no more").toEqual([
    expect.stringMatching(/^\[FIRING\]/),
    expect.stringMatching(/^\[RESOLVED\]/),
  ]);

  // The traffic that the alert needed ends, the lock is given back, and nothing is left in Envoy.
  await expect
    .poll(
      () => read<Faults>(page.request, "faults").then((now) => now.faults.filter((one) => one.on || one.recovering)),
      {
        timeout: 90_000,
      },
    )
    .toEqual([]);
  await expect(page.locator('[data-edge="web-client>envoy-grpc"]')).toHaveAttribute("data-errors", /^(0|)$/, {
    timeout: 90_000,
  });
  const runtime = (await json(`${address.envoyAdmin}/runtime`)) as { entries: Record<string, { final_value: string }> };
  const overrides = Object.entries(runtime.entries).filter(
    ([name, { final_value }]) => name.startsWith("fault.") && Number(final_value) > 0,
  );
  expect(overrides, "Envoy's runtime").toEqual([]);
  expect(await instant('ALERTS{alertstate="firing"}'), "alerts that fire").toEqual([]);
}

/** The newest mail of the alert in the page's inbox. */
function mailOf(page: Page, resolved: "true" | "false") {
  return page.locator(`[data-mail][data-alert="${ALERT}"][data-resolved="${resolved}"]`).first();
}
