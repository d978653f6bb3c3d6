//! Positions of panels in Grafana's grid, given which rows are collapsed.
import type { PanelHead } from "../api/dashboard";

export interface PlacedPanel {
  head: PanelHead;
  /** Grid units from the top. */
  y: number;
  /** For a row: whether its panels are shown. */
  open: boolean;
}

/** Places each row's heading and, unless it is collapsed, its panels below the previous row. */
export function placePanels(heads: PanelHead[], collapsed: ReadonlySet<number>): PlacedPanel[] {
  const result: PlacedPanel[] = [];
  let y = 0;
  for (const { row, panels } of sections(heads)) {
    const open = row === null || !collapsed.has(row.id);
    if (row) {
      result.push({ head: row, y, open });
      y += 1;
    }
    if (!open) continue;
    const top = Math.min(...panels.map(({ grid }) => grid.y));
    for (const head of panels) result.push({ head, y: y + head.grid.y - top, open });
    if (panels.length) y += Math.max(...panels.map(({ grid }) => grid.y + grid.h)) - top;
  }
  return result;
}

interface Section {
  row: PanelHead | null;
  panels: PanelHead[];
}

/** A panel belongs to the row that it names, otherwise to the last row above it. */
function sections(heads: PanelHead[]): Section[] {
  const rows = heads.filter(({ kind }) => kind === "row").sort((a, b) => a.grid.y - b.grid.y);
  const all: Section[] = [{ row: null, panels: [] }, ...rows.map((row) => ({ row, panels: [] as PanelHead[] }))];
  for (const head of heads) {
    if (head.kind === "row") continue;
    const section =
      all.find(({ row }) => row !== null && row.id === head.row) ??
      all.findLast(({ row }) => row === null || row.grid.y <= head.grid.y);
    section?.panels.push(head);
  }
  for (const { panels } of all) panels.sort((a, b) => a.grid.y - b.grid.y || a.grid.x - b.grid.x);
  return all;
}
