//! Where points are missing, a line ends: the source leaves out the times at which it has nothing.
import type { SeriesView } from "../../api/dashboard";

/** The view with a time of no values in each gap that is longer than the step. */
export function withGaps(view: SeriesView): SeriesView {
  const { times, step_ms: step } = view;
  const before = times.flatMap((time, index) =>
    index > 0 && step > 0 && time - (times[index - 1] ?? 0) > step * 1.5 ? [index] : [],
  );
  if (before.length === 0) return view;
  const insert = <T>(list: T[], value: (index: number) => T): T[] => {
    const parts = before.map((index, part) => [...list.slice(before[part - 1] ?? 0, index), value(index)]);
    return [...parts.flat(), ...list.slice(before.at(-1))];
  };
  return {
    ...view,
    times: insert(times, (index) => (times[index - 1] ?? 0) + step),
    series: view.series.map((series) => ({ ...series, values: insert<number | null>(series.values, () => null) })),
  };
}
