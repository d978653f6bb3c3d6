//! Grafana's names of the legend's figures.

const NAMES: Record<string, string> = {
  last: "Last",
  lastNotNull: "Last *",
  first: "First",
  firstNotNull: "First *",
  min: "Min",
  max: "Max",
  mean: "Mean",
  median: "Median",
  sum: "Total",
  count: "Count",
  range: "Range",
  delta: "Delta",
  diff: "Difference",
  step: "Step",
  stdDev: "StdDev",
  variance: "Variance",
  logmin: "Min (above zero)",
};

export function calcName(calc: string): string {
  return NAMES[calc] ?? calc;
}
