//! Series stacked on each other, and gaps that are to be bridged.
import type { Series } from "../../api/dashboard";

/** A row of values as uPlot draws it: null breaks the line, undefined does not. */
export type Row = (number | null | undefined)[];

export interface Stacked {
  rows: Row[];
  /** Pairs of series (from 0), each filled between the first and the second, which is below it. */
  bands: [number, number][];
}

/** The rows as they are drawn, by each series' transformation, gaps and stack. */
export function stacked(times: number[], series: Series[], hidden: ReadonlySet<number>): Stacked {
  const rows = series.map(({ values, config }) => {
    const signed: Row = config.custom.negative ? values.map((value) => (value === null ? null : -value)) : values;
    return bridged(times, signed, config.custom.span_nulls);
  });
  const bands: [number, number][] = [];
  for (const members of groups(series, hidden)) {
    fillHoles(rows, members);
    const percent = series[members[0] ?? 0]?.config.custom.stack?.mode === "percent";
    if (percent) toShares(rows, members);
    bands.push(...pile(rows, members));
  }
  return { rows, bands };
}

/** Indexes of the visible series of each stack; what points up and what points down apart. */
function groups(series: Series[], hidden: ReadonlySet<number>): number[][] {
  const found = new Map<string, number[]>();
  series.forEach(({ config }, index) => {
    const { stack, negative } = config.custom;
    if (!stack || hidden.has(index)) return;
    const key = `${stack.mode} ${stack.group} ${negative}`;
    found.set(key, [...(found.get(key) ?? []), index]);
  });
  return [...found.values()];
}

/** Where another of the stack has a value, none counts as zero: else what lies above would have no ground. */
function fillHoles(rows: Row[], members: number[]): void {
  const length = rows[members[0] ?? 0]?.length ?? 0;
  for (let at = 0; at < length; at++) {
    if (members.every((index) => rows[index]?.[at] == null)) continue;
    for (const index of members) {
      const row = rows[index];
      if (row) row[at] ??= 0;
    }
  }
}

function toShares(rows: Row[], members: number[]): void {
  const length = rows[members[0] ?? 0]?.length ?? 0;
  for (let at = 0; at < length; at++) {
    const total = members.reduce((sum, index) => sum + Math.abs(rows[index]?.[at] ?? 0), 0);
    for (const index of members) {
      const row = rows[index];
      const value = row?.[at];
      if (row && value != null) row[at] = total === 0 ? 0 : value / total;
    }
  }
}

function pile(rows: Row[], members: number[]): [number, number][] {
  const bands: [number, number][] = [];
  const sums: number[] = [];
  members.forEach((index, place) => {
    rows[index] = (rows[index] ?? []).map((value, at) => {
      if (value == null) return value;
      const sum = (sums[at] ?? 0) + value;
      sums[at] = sum;
      return sum;
    });
    const below = members[place - 1];
    if (below !== undefined) bands.push([index, below]);
  });
  return bands;
}

/** A copy whose gaps up to the given length are bridged; true: all of them, false: none. */
function bridged(times: number[], row: Row, spanNulls: boolean | number): Row {
  const copy = [...row];
  if (typeof spanNulls !== "number") return copy;
  let last = -1;
  for (let at = 0; at < copy.length; at++) {
    if (copy[at] === null) continue;
    const gap = (times[at] ?? 0) - (times[last] ?? -Infinity);
    if (last >= 0 && at - last > 1 && gap <= spanNulls) copy.fill(undefined, last + 1, at);
    last = at;
  }
  return copy;
}
