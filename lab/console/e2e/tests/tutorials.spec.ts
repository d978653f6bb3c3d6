//! The tutorials by their pages alone: each button does what it says, and the panels beside it follow.
import type { Locator, Page } from "@playwright/test";
import { change, type Faults, type Lab, read } from "../lab/console";
import { expect, test } from "../lab/page";

test.setTimeout(600_000);

/** What is refused on purpose. */
const REFUSED = new Set(["invalid-order"]);

test("each button of each tutorial shows its result", async ({ page, request }) => {
  const { tutorials } = await read<Lab>(request, "lab");
  expect(tutorials.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  for (const { number } of tutorials) {
    await page.goto(`/tutorials/${number}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("[data-command]").first()).toBeVisible();
    const turns = page.locator(".act", { has: page.locator("[data-action]") });
    for (const turn of await turns.all()) {
      const button = turn.locator("[data-action]");
      const name = (await button.getAttribute("data-action")) ?? "";
      if (name === "load") continue;
      await test.step(`${number} ${name}`, async () => {
        await button.click();
        const status = Number(await turn.locator("[data-result]").getAttribute("data-status"));
        expect(Math.floor(status / 100), `tutorial ${number}: ${name} is answered ${status}`).toBe(
          REFUSED.has(name) ? 4 : 2,
        );
      });
    }
  }
});

test("a load is started and stopped beside its panels, and they move", async ({ page, request }) => {
  const { tutorials } = await read<Lab>(request, "lab");
  for (const { number } of tutorials) {
    await page.goto(`/tutorials/${number}`);
    const panels = page.locator("[data-panel]");
    await expect(panels.first()).toBeVisible();
    expect(await change(page, "POST", "load", { seconds: 60 })).toBe(200);
    const works = async () => (await lasts(page)).some((last) => Number(last) > 0);
    await expect.poll(works, { message: `tutorial ${number}: its panels show the load`, timeout: 45_000 }).toBe(true);
    await expect(page.locator('[data-panel][data-state="error"]')).toHaveCount(0);
    // Not against what they showed before: the load of the tutorial before this one may still have been in their windows.
    const loaded = await lasts(page);
    expect(await change(page, "DELETE", "load")).toBe(200);
    await expect
      .poll(() => lasts(page), { message: `tutorial ${number}: its panels move`, timeout: 45_000 })
      .not.toEqual(loaded);
    expect((await read<Faults>(request, "faults")).load.running).toBe(false);
  }
});

test("each fault is thrown and taken back where its tutorial speaks of it, else on the picture", async ({
  page,
  request,
}) => {
  const { tutorials } = await read<Lab>(request, "lab");
  const { faults } = await read<Faults>(request, "faults");
  const offered = faults.filter((fault) => fault.by === "console").map((fault) => fault.name);
  const thrown = new Set<string>();
  for (const path of [...tutorials.map(({ number }) => `/tutorials/${number}`), "/"]) {
    await page.goto(path);
    await expect(page.locator(path === "/" ? "[data-fault]" : "[data-command]").first()).toBeVisible();
    for (const fault of await page.locator("[data-fault]").all()) {
      const name = (await fault.getAttribute("data-fault")) ?? "";
      if (thrown.has(name) || !offered.includes(name)) continue;
      thrown.add(name);
      await test.step(`${path} ${name}`, () => thereAndBack(fault, name));
    }
  }
  expect([...thrown].sort()).toEqual(offered.sort());
  const after = await read<Faults>(request, "faults");
  expect(after.faults.filter((fault) => fault.on || fault.recovering)).toEqual([]);
});

async function thereAndBack(fault: Locator, name: string): Promise<void> {
  const breakIt = fault.getByRole("button", { name: `Break it: ${name}` });
  await breakIt.click();
  await expect(fault).toHaveAttribute("data-on", "true");
  await fault.getByRole("button", { name: "Take back now" }).click();
  await expect(fault).toHaveAttribute("data-on", "false");
  // Its alert recovers first.
  await expect(breakIt).toBeEnabled({ timeout: 150_000 });
}

/** All figures of the page's panels. */
function lasts(page: Page): Promise<(string | null)[]> {
  return page.locator("[data-panel] [data-last]").evaluateAll((all) => all.map((one) => one.getAttribute("data-last")));
}
