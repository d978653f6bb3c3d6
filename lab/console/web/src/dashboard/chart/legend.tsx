//! A chart's legend: a list or a table with figures; click to isolate a series, ctrl- or shift-click to toggle it.
import { useState } from "preact/hooks";
import type { Config, SeriesOptions } from "../../api/dashboard";
import { formatText } from "../../ui/format/number";
import { calcName } from "./calcs";

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
        <li key={item.index} {...data(item)}>
          <Name item={item} onPick={onPick} />
          {options.calcs.map((calc) => (
            <span class="legend-figure" key={calc}>
              <span class="quiet">{calcName(calc)}: </span>
              {figure(item, calc)}
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
    <table class="legend-table">
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
          <tr key={item.index} {...data(item)}>
            <td>
              <Name item={item} onPick={onPick} />
            </td>
            {options.calcs.map((calc) => (
              <td key={calc}>{figure(item, calc)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same for who cannot see the chart, where it shows no legend. */
export function HiddenLegend({ title, items }: Pick<Props, "title" | "items">) {
  return (
    <ul class="hidden" aria-label={`${title}: series`}>
      {items.map((item) => (
        <li key={item.index} {...data(item)}>
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

function data({ config, last }: LegendItem) {
  return { "data-name": config.name, "data-last": last === null ? "" : String(last) };
}

function figure({ config, calcs }: LegendItem, calc: string): string {
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
