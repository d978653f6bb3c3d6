//! The tutorials: every button works, and the panels show its effect.
import type { Locator, Page } from "@playwright/test";
import { type Faults, type Lab, read, send } from "../lab/console";
import { expect, test } from "../lab/page";

test.setTimeout(600_000);

/** Requests that are rejected on purpose. */
const REJECTED = new Set(["invalid-order"]);

test("every button of every tutorial shows its result", async ({ page, request }) => {
  const { tutorials } = await read<Lab>(request, "lab");
  expect(tutorials.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  for (const { number } of tutorials) {
    await page.goto(`/tutorials/${number}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("[data-command]").first()).toBeVisible();
    const actions = page.locator(".action", { has: page.locator("[data-action]") });
    for (const action of await actions.all()) {
      const button = action.locator("[data-action]");
      const name = (await button.getAttribute("data-action")) ?? "";
      if (name === "load") continue;
      await test.step(`${number} ${name}`, async () => {
        await button.click();
        const status = Number(await action.locator("[data-result]").getAttribute("data-status"));
        expect(Math.floor(status / 100), `tutorial ${number}: ${name} returns ${status}`).toBe(
          REJECTED.has(name) ? 4 : 2,
        );
      });
    }
  }
});

test("panels of every tutorial show a load and its end", async ({ page, request }) => {
  const { tutorials } = await read<Lab>(request, "lab");
  for (const { number } of tutorials) {
    await page.goto(`/tutorials/${number}`);
    const panels = page.locator("[data-panel]");
    await expect(panels.first()).toBeVisible();
    expect(await send(page, "POST", "load", { seconds: 60 })).toBe(200);
    const showsLoad = async () => (await panelValues(page)).some((last) => Number(last) > 0);
    await expect.poll(showsLoad, { message: `tutorial ${number}: panels show the load`, timeout: 45_000 }).toBe(true);
    await expect(page.locator('[data-panel][data-state="error"]')).toHaveCount(0);
    // Compared after the load, because their windows may still include the previous tutorial's load before it.
    const loaded = await panelValues(page);
    expect(await send(page, "DELETE", "load")).toBe(200);
    await expect
      .poll(() => panelValues(page), { message: `tutorial ${number}: panels change after the load`, timeout: 45_000 })
      .not.toEqual(loaded);
    expect((await read<Faults>(request, "faults")).load.running).toBe(false);
  }
});

test("every fault can be injected and cleared, in its tutorial or on the overview", async ({ page, request }) => {
  const { tutorials } = await read<Lab>(request, "lab");
  const { faults } = await read<Faults>(request, "faults");
  const offered = faults.filter((fault) => fault.by === "console").map((fault) => fault.name);
  const injected = new Set<string>();
  for (const path of [...tutorials.map(({ number }) => `/tutorials/${number}`), "/"]) {
    await page.goto(path);
    await expect(page.locator(path === "/" ? "[data-fault]" : "[data-command]").first()).toBeVisible();
    for (const fault of await page.locator("[data-fault]").all()) {
      const name = (await fault.getAttribute("data-fault")) ?? "";
      if (injected.has(name) || !offered.includes(name)) continue;
      injected.add(name);
      await test.step(`${path} ${name}`, () => injectAndClear(fault, name));
    }
  }
  expect([...injected].sort()).toEqual(offered.sort());
  const after = await read<Faults>(request, "faults");
  expect(after.faults.filter((fault) => fault.on || fault.recovering)).toEqual([]);
});

async function injectAndClear(fault: Locator, name: string): Promise<void> {
  const inject = fault.getByRole("button", { name: `Inject: ${name}` });
  await inject.click();
  await expect(fault).toHaveAttribute("data-on", "true");
  await fault.getByRole("button", { name: "Clear now" }).click();
  await expect(fault).toHaveAttribute("data-on", "false");
  // The button is enabled once the alert has resolved.
  await expect(inject).toBeEnabled({ timeout: 150_000 });
}

/** The values of all panels of the page. */
function panelValues(page: Page): Promise<(string | null)[]> {
  return page.locator("[data-panel] [data-last]").evaluateAll((all) => all.map((one) => one.getAttribute("data-last")));
}
