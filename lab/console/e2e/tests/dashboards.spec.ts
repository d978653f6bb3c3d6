//! Every panel of every dashboard shows the same series and last values as its data source returns.
import type { Locator, Page } from "@playwright/test";
import { type Lab, read } from "../lab/console";
import { expect, test } from "../lab/page";
import { dashboardReady } from "../lab/pages";
import { ascending, lastValues, type PanelData, parsePanels, runQuery } from "../lab/panels";
import type { Series } from "../lab/prometheus";

const MINUTE = 60_000;
/** Age at which all samples of the range are stored, so that both queries return the same. */
const STORED_AFTER = 10_000;

test.setTimeout(300_000);

test("every panel of every dashboard shows the data of its data source", async ({ page, request }) => {
  const { dashboards } = await read<Lab>(request, "lab");
  expect(dashboards.length).toBeGreaterThan(0);
  let compared = 0;
  for (const { uid } of dashboards) {
    const to = Date.now() - STORED_AFTER;
    const panels = await open(page, `/d/${uid}?from=${to - 15 * MINUTE}&to=${to}`);
    const shown = page.locator("[data-panel]");
    for (const panel of await shown.all()) {
      const id = Number(await panel.getAttribute("data-panel"));
      const data = panels.get(id);
      if (data === undefined || data.queries.length === 0) continue;
      await test.step(`${uid} ${id}`, () => compare(panel, data, `${uid} ${id}`));
      compared += 1;
    }
    const queried = [...panels.values()].filter((panel) => panel.queries.length > 0).map((panel) => panel.id);
    const drawn = await shown.evaluateAll((all) => all.map((one) => Number(one.getAttribute("data-panel"))));
    expect
      .soft(
        queried.filter((id) => !drawn.includes(id)),
        `${uid}: panels with data that are not drawn`,
      )
      .toEqual([]);
  }
  console.log(`  ${dashboards.length} dashboards, ${compared} panels compared`);
});

/** Opens a dashboard in a window tall enough to make all its panels visible, and returns their data. */
async function open(page: Page, path: string): Promise<Map<number, PanelData>> {
  await page.setViewportSize({ width: 1280, height: 6000 });
  const panels = new Map<number, PanelData>();
  // Intercepts the data, because a streamed body cannot always be read a second time.
  await page.route("**/api/dashboards/*/data", async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    for (const panel of parsePanels(body)) panels.set(panel.id, panel);
    await route.fulfill({ response, body });
  });
  await page.goto(path);
  await dashboardReady(page);
  await expect(page.locator('[data-panel][data-state="loading"]')).toHaveCount(0);
  await page.unrouteAll({ behavior: "wait" });
  return panels;
}

async function compare(panel: Locator, data: PanelData, name: string): Promise<void> {
  expect.soft(data.error, name).toBeNull();
  const perQuery: Series[][] = [];
  for (const query of data.queries) {
    const series = await runQuery(query);
    expect.soft(query.series, `${name} ${query.ref}: series of ${query.query}`).toBe(series.length);
    perQuery.push(series);
  }
  const all = perQuery.flat();
  const state = await panel.getAttribute("data-state");
  if (all.every(({ points }) => points.length === 0)) {
    // Value panels show the no-value text of their dashboard file.
    if (data.view?.kind === "values") expect.soft(await shownValues(panel), `${name}: no value`).toEqual([null]);
    else expect.soft(state, `${name}: the data source returns no points`).toBe("empty");
    return;
  }
  expect.soft(state, name).toBe("ready");
  const drawn = await panel.getAttribute("data-series");
  switch (data.view?.kind) {
    case "series":
    case "values":
      expect.soft(drawn, `${name}: series`).toBe(String(all.length));
      expect.soft(await shownValues(panel), `${name}: last values`).toEqual(lastValues(all));
      return;
    case "heatmap":
      expect.soft(drawn, `${name}: buckets`).toBe(String(all.length));
      expect.soft(column(data.view.cells), `${name}: buckets at the last time`).toEqual(differences(all));
      return;
    case "table": {
      const rows = new Set(all.map(({ labels }) => key(labels))).size;
      expect.soft(drawn, `${name}: rows`).toBe(String(rows));
      const numbers = data.view.rows.flat().filter((cell) => typeof cell === "number");
      expect
        .soft(numbers.sort(ascending), `${name}: numbers`)
        .toEqual(lastValues(all).filter((value) => value !== null));
      return;
    }
    default:
      expect.soft(data.view?.kind, `${name}: kind of view`).toBe("a known kind");
  }
}

/** The last values that the panel shows, in ascending order. */
async function shownValues(panel: Locator): Promise<(number | null)[]> {
  const texts = await panel
    .locator("[data-last]")
    .evaluateAll((all) => all.map((one) => one.getAttribute("data-last")));
  return texts.map((text) => (text === null || text === "" ? null : Number(text))).sort(ascending);
}

/** The newest column from the lowest bucket up, with 0 for empty cells. */
function column(cells: (number | null)[][]): number[] {
  return cells.map((bucket) => bucket.at(-1) ?? 0);
}

/** Converts cumulative buckets to counts per bucket. */
function differences(series: Series[]): number[] {
  const bound = (one: Series): number => Number((one.labels.le ?? "").replace("Inf", "Infinity"));
  const totals = [...series].sort((a, b) => bound(a) - bound(b)).map(({ points }) => points.at(-1)?.[1] ?? 0);
  return totals.map((total, at) => total - (totals[at - 1] ?? 0));
}

function key(labels: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).sort());
}
