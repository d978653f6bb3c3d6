//! A trace's spans as a tree with foldable rows.
import type { Span } from "../api/types";

export interface Row {
  readonly span: Span;
  /** From 0. */
  readonly depth: number;
  /** Number of spans below, at any depth. */
  readonly descendants: number;
  /** Position among its siblings, from 1. */
  readonly position: number;
  readonly siblings: number;
}

/** Rows in waterfall order. Spans whose parent is not in the trace are roots. */
export function rowsOf(spans: readonly Span[]): Row[] {
  const ids = new Set(spans.map((span) => span.id));
  const parentOf = (span: Span): string | null => (span.parent !== null && ids.has(span.parent) ? span.parent : null);
  const children = new Map<string | null, Span[]>();
  for (const span of spans) {
    const parent = parentOf(span);
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const rows: Row[] = [];
  const walk = (parent: string | null, depth: number): number => {
    const siblings = children.get(parent) ?? [];
    let count = 0;
    siblings.forEach((span, index) => {
      const slot = rows.length;
      const row = { span, depth, descendants: 0, position: index + 1, siblings: siblings.length };
      rows.push(row);
      const descendants = walk(span.id, depth + 1);
      rows[slot] = { ...row, descendants };
      count += 1 + descendants;
    });
    return count;
  };
  walk(null, 0);
  return rows;
}

/** The rows without the descendants of folded spans. */
export function visibleRows(rows: readonly Row[], folded: ReadonlySet<string>): Row[] {
  const visible: Row[] = [];
  let skip = 0;
  for (const row of rows) {
    if (skip > 0) {
      skip -= 1;
      continue;
    }
    visible.push(row);
    if (folded.has(row.span.id)) skip = row.descendants;
  }
  return visible;
}

/** Service names in order of appearance. */
export function servicesOf(spans: readonly Span[]): string[] {
  return [...new Set(spans.map((span) => span.service))];
}
