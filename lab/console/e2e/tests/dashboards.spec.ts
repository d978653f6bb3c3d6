//! Each dashboard's panels against the data source's own answers: as many series, the same last values.
import type { Locator, Page } from "@playwright/test";
import { type Lab, read } from "../lab/console";
import { expect, test } from "../lab/page";
import { dashboardReady } from "../lab/pages";
import { ascending, ask, lasts, lines, type PanelData } from "../lab/panels";
import type { Series } from "../lab/prometheus";

const MINUTE = 60_000;
/** By then all scrapes and pushes of the range have been stored: two readers see the same. */
const SETTLED = 10_000;

test.setTimeout(300_000);

test("every panel of every dashboard shows what its data source answers", async ({ page, request }) => {
  const { dashboards } = await read<Lab>(request, "lab");
  expect(dashboards.length).toBeGreaterThan(0);
  let compared = 0;
  for (const { uid } of dashboards) {
    const to = Date.now() - SETTLED;
    const panels = await open(page, `/d/${uid}?from=${to - 15 * MINUTE}&to=${to}`);
    const shown = page.locator("[data-panel]");
    for (const panel of await shown.all()) {
      const id = Number(await panel.getAttribute("data-panel"));
      const answer = panels.get(id);
      if (answer === undefined || answer.queries.length === 0) continue;
      await test.step(`${uid} ${id}`, () => compare(panel, answer, `${uid} ${id}`));
      compared += 1;
    }
    const asking = [...panels.values()].filter((panel) => panel.queries.length > 0).map((panel) => panel.id);
    const drawn = await shown.evaluateAll((all) => all.map((one) => Number(one.getAttribute("data-panel"))));
    expect
      .soft(
        asking.filter((id) => !drawn.includes(id)),
        `${uid}: panels that are answered and not drawn`,
      )
      .toEqual([]);
  }
  console.log(`  ${dashboards.length} dashboards, ${compared} panels compared`);
});

/** Opens a dashboard in a window that it fits into: panels are asked for when they come into view. */
async function open(page: Page, path: string): Promise<Map<number, PanelData>> {
  await page.setViewportSize({ width: 1280, height: 6000 });
  const answers = new Map<number, PanelData>();
  // What the page is given is also kept here: a body that was streamed cannot always be read a second time.
  await page.route("**/api/dashboards/*/data", async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    for (const panel of lines(body)) answers.set(panel.id, panel);
    await route.fulfill({ response, body });
  });
  await page.goto(path);
  await dashboardReady(page);
  await expect(page.locator('[data-panel][data-state="loading"]')).toHaveCount(0);
  await page.unrouteAll({ behavior: "wait" });
  return answers;
}

async function compare(panel: Locator, answer: PanelData, name: string): Promise<void> {
  expect.soft(answer.error, name).toBeNull();
  const perQuery: Series[][] = [];
  for (const query of answer.queries) {
    const series = await ask(query);
    expect.soft(query.series, `${name} ${query.ref}: series of ${query.query}`).toBe(series.length);
    perQuery.push(series);
  }
  const all = perQuery.flat();
  const state = await panel.getAttribute("data-state");
  if (all.every(({ points }) => points.length === 0)) {
    // A figure without a value says so in the words that its file has for that.
    if (answer.view?.kind === "values") expect.soft(await shownLasts(panel), `${name}: no figure`).toEqual([null]);
    else expect.soft(state, `${name}: the data source has nothing`).toBe("empty");
    return;
  }
  expect.soft(state, name).toBe("ready");
  const drawn = await panel.getAttribute("data-series");
  switch (answer.view?.kind) {
    case "series":
    case "values":
      expect.soft(drawn, `${name}: series`).toBe(String(all.length));
      expect.soft(await shownLasts(panel), `${name}: last values`).toEqual(lasts(all));
      return;
    case "heatmap":
      expect.soft(drawn, `${name}: buckets`).toBe(String(all.length));
      expect.soft(column(answer.view.cells), `${name}: the last moment's buckets`).toEqual(differences(all));
      return;
    case "table": {
      const rows = new Set(all.map(({ labels }) => key(labels))).size;
      expect.soft(drawn, `${name}: rows`).toBe(String(rows));
      const numbers = answer.view.rows.flat().filter((cell) => typeof cell === "number");
      expect.soft(numbers.sort(ascending), `${name}: numbers`).toEqual(lasts(all).filter((value) => value !== null));
      return;
    }
    default:
      expect.soft(answer.view?.kind, `${name}: its view`).toBe("one that is known");
  }
}

/** What the panel itself says it shows. */
async function shownLasts(panel: Locator): Promise<(number | null)[]> {
  const texts = await panel
    .locator("[data-last]")
    .evaluateAll((all) => all.map((one) => one.getAttribute("data-last")));
  return texts.map((text) => (text === null || text === "" ? null : Number(text))).sort(ascending);
}

/** The newest column, from the lowest bucket up; a cell in which nothing was counted is not drawn. */
function column(cells: (number | null)[][]): number[] {
  return cells.map((bucket) => bucket.at(-1) ?? 0);
}

/** Cumulative buckets, taken apart. */
function differences(series: Series[]): number[] {
  const bound = (one: Series): number => Number((one.labels.le ?? "").replace("Inf", "Infinity"));
  const totals = [...series].sort((a, b) => bound(a) - bound(b)).map(({ points }) => points.at(-1)?.[1] ?? 0);
  return totals.map((total, at) => total - (totals[at - 1] ?? 0));
}

function key(labels: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).sort());
}
