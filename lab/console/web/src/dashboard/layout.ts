//! Where panels stand in Grafana's grid once rows are collapsed or opened.
import type { PanelHead } from "../api/dashboard";

export interface Placed {
  head: PanelHead;
  /** In grid units, y from 0. */
  y: number;
  /** A row's own: whether its panels are shown. */
  open: boolean;
}

/** Sections one below another: a row's heading, then its panels at their places within it. */
export function placed(heads: PanelHead[], collapsed: ReadonlySet<number>): Placed[] {
  const result: Placed[] = [];
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

/** A panel belongs to the row that it names, else to the last row above it. */
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
