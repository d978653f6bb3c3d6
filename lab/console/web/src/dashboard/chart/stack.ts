//! Prepares the values of series for drawing: stacking, sign, and gaps.
import type { Series, SeriesView } from "../../api/dashboard";

/** Values of a series. uPlot breaks the line at null, but not at undefined. */
type Row = (number | null | undefined)[];

interface Stacked {
  rows: Row[];
  /** Pairs of series indexes; the area between the first and the second, which is below it, is filled. */
  bands: [number, number][];
}

/** Applies the sign, gap and stack options of each series. Hidden series are not stacked. */
export function stacked(times: number[], series: Series[], hidden: ReadonlySet<number>): Stacked {
  const rows = series.map(({ values, config }) => {
    const signed: Row = config.custom.negative ? values.map((value) => (value === null ? null : -value)) : values;
    return bridgeGaps(times, signed, config.custom.span_nulls);
  });
  const bands: [number, number][] = [];
  for (const members of stackGroups(series, hidden)) {
    fillMissing(rows, members);
    const percent = series[members[0] ?? 0]?.config.custom.stack?.mode === "percent";
    if (percent) toShares(rows, members);
    bands.push(...accumulate(rows, members));
  }
  return { rows, bands };
}

/** Indexes of the visible series of each stack. Negative series form a stack of their own. */
function stackGroups(series: Series[], hidden: ReadonlySet<number>): number[][] {
  const groups = new Map<string, number[]>();
  series.forEach(({ config }, index) => {
    const { stack, negative } = config.custom;
    if (!stack || hidden.has(index)) return;
    const key = `${stack.mode} ${stack.group} ${negative}`;
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  return [...groups.values()];
}

/** Counts a missing value as zero where another series of the stack has one, so that the series above have a base. */
function fillMissing(rows: Row[], members: number[]): void {
  const length = rows[members[0] ?? 0]?.length ?? 0;
  for (let at = 0; at < length; at++) {
    if (members.every((index) => rows[index]?.[at] == null)) continue;
    for (const index of members) {
      const row = rows[index];
      if (row) row[at] ??= 0;
    }
  }
}

/** Replaces values by their share of the stack, 0 to 1. */
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

/** Adds each series to those below it, and returns the bands between them. */
function accumulate(rows: Row[], members: number[]): [number, number][] {
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

/** A copy whose gaps of up to `spanNulls` milliseconds are bridged. uPlot itself bridges all (true) or none (false). */
function bridgeGaps(times: number[], row: Row, spanNulls: boolean | number): Row {
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

/** The view with a null in each gap longer than the step, because sources omit times without a value. */
export function withGaps(view: SeriesView): SeriesView {
  const { times, step_ms: step } = view;
  const gapEnds = times.flatMap((time, index) =>
    index > 0 && step > 0 && time - (times[index - 1] ?? 0) > step * 1.5 ? [index] : [],
  );
  if (gapEnds.length === 0) return view;
  const insert = <T>(list: T[], value: (index: number) => T): T[] => {
    const pieces = gapEnds.map((index, gap) => [...list.slice(gapEnds[gap - 1] ?? 0, index), value(index)]);
    return [...pieces.flat(), ...list.slice(gapEnds.at(-1))];
  };
  return {
    ...view,
    times: insert(times, (index) => (times[index - 1] ?? 0) + step),
    series: view.series.map((series) => ({ ...series, values: insert<number | null>(series.values, () => null) })),
  };
}
