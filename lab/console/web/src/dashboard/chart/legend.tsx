//! The legend of a chart, as a list or a table. A click isolates a series, Ctrl or Shift and a click toggles it.
import { useState } from "preact/hooks";
import type { Config, SeriesOptions } from "../../api/dashboard";
import { formatText } from "../../ui/format/number";

export interface LegendItem {
  index: number;
  config: Config;
  color: string;
  hidden: boolean;
  last: number | null;
  calcs: Record<string, number | null>;
}

interface Props {
  title: string;
  items: LegendItem[];
  options: SeriesOptions["legend"];
  onPick: (index: number, toggle: boolean) => void;
}

export function Legend(props: Props) {
  const { items, options } = props;
  if (!options.show) return <HiddenLegend {...props} />;
  return options.mode === "table" && items.length > 0 ? <Table {...props} /> : <List {...props} />;
}

function List({ items, options, onPick }: Props) {
  return (
    <ul class="legend-list">
      {items.map((item) => (
        <li key={item.index} {...dataAttributes(item)}>
          <Name item={item} onPick={onPick} />
          {options.calcs.map((calc) => (
            <span class="legend-figure" key={calc}>
              <span class="quiet">{calcName(calc)}: </span>
              {calcText(item, calc)}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Table({ title, items, options, onPick }: Props) {
  const [sort, setSort] = useState({ by: options.sort_by, desc: options.sort_desc });
  const by =
    options.calcs.find((calc) => calc === sort.by || calcName(calc) === sort.by) ??
    (sort.by === "Name" ? "Name" : null);
  const next = (column: string) =>
    setSort(by === column ? { by: column, desc: !sort.desc } : { by: column, desc: column !== "Name" });
  const order = (column: string) => (by !== column ? undefined : sort.desc ? "descending" : "ascending");
  return (
    <div class="legend-table">
      <table>
        <caption class="hidden">{title}: series</caption>
        <thead>
          <tr>
            <th scope="col" aria-sort={order("Name")}>
              <button type="button" onClick={() => next("Name")}>
                Name
              </button>
            </th>
            {options.calcs.map((calc) => (
              <th scope="col" key={calc} aria-sort={order(calc)}>
                <button type="button" onClick={() => next(calc)}>
                  {calcName(calc)}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(items, by, sort.desc).map((item) => (
            <tr key={item.index} {...dataAttributes(item)}>
              <td>
                <Name item={item} onPick={onPick} />
              </td>
              {options.calcs.map((calc) => (
                <td key={calc}>{calcText(item, calc)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** For screen readers, if the chart shows no legend. */
function HiddenLegend({ title, items }: Pick<Props, "title" | "items">) {
  return (
    <ul class="hidden" aria-label={`${title}: series`}>
      {items.map((item) => (
        <li key={item.index} {...dataAttributes(item)}>
          {item.config.name}:{" "}
          {item.last === null ? "no value" : formatText(item.last, item.config.unit, item.config.decimals)}
        </li>
      ))}
    </ul>
  );
}

function Name({ item, onPick }: { item: LegendItem; onPick: Props["onPick"] }) {
  return (
    <button
      type="button"
      class="legend-name"
      aria-pressed={!item.hidden}
      title={item.config.name}
      onClick={(event) => onPick(item.index, event.ctrlKey || event.metaKey || event.shiftKey)}
    >
      <span class="swatch" style={{ background: item.color }} />
      <span>{item.config.name}</span>
    </button>
  );
}

function dataAttributes({ config, last }: LegendItem) {
  return { "data-name": config.name, "data-last": last === null ? "" : String(last) };
}

function calcText({ config, calcs }: LegendItem, calc: string): string {
  const value = calcs[calc];
  return value == null ? "-" : formatText(value, config.unit, config.decimals);
}

function sorted(items: LegendItem[], by: string | null, desc: boolean): LegendItem[] {
  if (by === null) return items;
  const sign = desc ? -1 : 1;
  return [...items].sort((a, b) => {
    if (by === "Name") return sign * a.config.name.localeCompare(b.config.name);
    return sign * ((a.calcs[by] ?? -Infinity) - (b.calcs[by] ?? -Infinity) || 0);
  });
}

/** Grafana's names of the calculations. */
const CALC_NAMES: Record<string, string> = {
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

function calcName(calc: string): string {
  return CALC_NAMES[calc] ?? calc;
}

/**
 * Indexes of the hidden series after a click on one of `count`. A click hides all others, or shows all if they were
 * hidden. `toggle` changes only the clicked series, but never hides all.
 */
export function hiddenAfterClick(
  hidden: ReadonlySet<number>,
  index: number,
  toggle: boolean,
  count: number,
): Set<number> {
  if (toggle) {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    return next.size === count ? new Set() : next;
  }
  const isolated = !hidden.has(index) && hidden.size === count - 1;
  if (isolated) return new Set();
  return new Set(Array.from({ length: count }, (_, other) => other).filter((other) => other !== index));
}
