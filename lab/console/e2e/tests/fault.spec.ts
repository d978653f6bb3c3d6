//! A fault injected by a click: shown in the topology and on the timeline, mailed, and cleared completely.
import type { Page } from "@playwright/test";
import { address, out } from "../lab/addresses";
import { type Faults, read, send } from "../lab/console";
import { fetchJson } from "../lab/fetch";
import { type Mail, mails, newMails } from "../lab/mailbox";
import { expect, test } from "../lab/page";
import { instant } from "../lab/prometheus";

const ALERT = "EchoErrorsHigh";

test.setTimeout(360_000);

test("a fault injected by a click fires its alert, and resolves after a click clears it", async ({ page, request }) => {
  await page.goto("/");
  const known = await mails();
  const fault = page.locator('[data-fault="errors"]');
  await expect(fault).toHaveAttribute("data-on", "false");
  await fault.getByRole("button", { name: "Inject: errors" }).click();
  await expect(fault).toHaveAttribute("data-on", "true");
  await expectFiring(page, known);
  await page.screenshot({ path: `${out}/screenshots/console.png`, fullPage: true });

  await fault.getByRole("button", { name: "Clear now" }).click();
  await expect(fault).toHaveAttribute("data-on", "false");
  await expectRecovered(page, known);
  const state = (await read<Faults>(request, "faults")).faults.find(({ name }) => name === "errors");
  expect(state?.on).toBe(false);
});

test("a fault is cleared at its deadline", async ({ page, request }) => {
  await page.goto("/");
  const known = await mails();
  const fault = page.locator('[data-fault="errors"]');
  await expect(fault).toHaveAttribute("data-on", "false");
  expect(await send(page, "POST", "faults/errors", { seconds: 10 })).toBe(200);
  await expect(fault).toHaveAttribute("data-on", "true");
  const injected = (await read<Faults>(request, "faults")).faults.find(({ name }) => name === "errors");
  expect(injected?.until, "deadline of the fault").not.toBeNull();
  await expect(fault).toHaveAttribute("data-on", "false", { timeout: 30_000 });
  await expectRecovered(page, known);
});

async function expectFiring(page: Page, known: Mail[]): Promise<void> {
  const edge = page.locator('[data-edge="web-client>envoy-grpc"]');
  await expect
    .poll(async () => Number((await edge.getAttribute("data-errors")) || 0), { message: "share of errors at the edge" })
    .toBeGreaterThan(0.5);
  const alert = page.locator(`[data-alert="${ALERT}"][data-state]`);
  await expect(alert).toHaveAttribute("data-state", "firing");
  for (const step of ["fault", "pending", "firing", "mailed"]) {
    await expect(alert.locator(`[data-step="${step}"]`)).toHaveAttribute("data-at", /^\d{13}$/);
  }
  await expect(mailOf(page, "false")).toBeVisible();
  expect(await newMails(ALERT, known), "new mails in the mailbox").toEqual([expect.stringMatching(/^\[FIRING\]/)]);
}

async function expectRecovered(page: Page, known: Mail[]): Promise<void> {
  const alert = page.locator(`[data-alert="${ALERT}"][data-state]`);
  for (const step of ["back", "resolved", "resolved_mail"]) {
    await expect(alert.locator(`[data-step="${step}"]`)).toHaveAttribute("data-at", /^\d{13}$/, { timeout: 150_000 });
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
  expect(order, "steps in chronological order").toEqual([...order].sort((a, b) => (a ?? 0) - (b ?? 0)));
  await expect(mailOf(page, "true")).toBeVisible();
  expect(await newMails(ALERT, known), "one firing and one resolved mail").toEqual([
    expect.stringMatching(/^\[FIRING\]/),
    expect.stringMatching(/^\[RESOLVED\]/),
  ]);

  // The fault's traffic ends, its lock is released, and Envoy has no override left.
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
  const runtime = (await fetchJson(`${address.envoyAdmin}/runtime`)) as {
    entries: Record<string, { final_value: string }>;
  };
  const overrides = Object.entries(runtime.entries).filter(
    ([name, { final_value }]) => name.startsWith("fault.") && Number(final_value) > 0,
  );
  expect(overrides, "overrides in Envoy's runtime").toEqual([]);
  expect(await instant('ALERTS{alertstate="firing"}'), "firing alerts").toEqual([]);
}

/** The newest mail of the alert on the page. */
function mailOf(page: Page, resolved: "true" | "false") {
  return page.locator(`[data-mail][data-alert="${ALERT}"][data-resolved="${resolved}"]`).first();
}
