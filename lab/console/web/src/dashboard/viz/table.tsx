//! The table panel, sortable by a click on a column.
import { useState } from "preact/hooks";
import type { Config, TableOptions, TableView } from "../../api/dashboard";
import { color, ink, onColor, type Theme } from "../../theme/colors";
import { useTheme } from "../../theme/theme";
import { dateTime } from "../../ui/format/time";
import { display, displayText } from "../value/display";
import { type FieldRow, interpolateLinks, ValueLink } from "../value/links";

type Cell = number | string | null;
type Column = TableView["columns"][number];

interface Props {
  title: string;
  view: TableView;
  options: TableOptions;
}

export function Table({ title, view, options }: Props) {
  const theme = useTheme();
  const [sort, setSort] = useState(options.sort[0] ?? null);
  const by = view.columns.findIndex(({ config }) => config.name === sort?.column);
  const rows =
    by < 0 ? view.rows : [...view.rows].sort((a, b) => compare(a[by] ?? null, b[by] ?? null, sort?.desc ?? false));
  const sortBy = (column: string) => setSort({ column, desc: sort?.column === column ? !sort.desc : false });
  return (
    <section class="table-box" tabIndex={0} aria-label={`${title}: table`}>
      <table class="data-table" data-height={options.cell_height}>
        {options.header && (
          <thead>
            <tr>
              {view.columns.map((column, index) => (
                <th
                  key={column.config.name}
                  scope="col"
                  data-align={alignment(column)}
                  aria-sort={index !== by ? undefined : sort?.desc ? "descending" : "ascending"}
                >
                  <button type="button" onClick={() => sortBy(column.config.name)}>
                    {column.config.name}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((values, at) => {
            const row = fieldRow(view.columns, values);
            return (
              <tr key={at}>
                {view.columns.map((column, index) => (
                  <Value key={column.config.name} column={column} row={row} index={index} theme={theme} />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function fieldRow(columns: Column[], values: Cell[]): FieldRow {
  return {
    names: columns.map(({ config }) => config.name),
    values,
    texts: columns.map(({ config }, index) => displayText(values[index] ?? null, config)),
  };
}

function Value({ column, row, index, theme }: { column: Column; row: FieldRow; index: number; theme: Theme }) {
  const { config, type } = column;
  const value = row.values[index] ?? null;
  const figure =
    type === "time" && typeof value === "number"
      ? { text: dateTime(value), suffix: "", color: null }
      : display(value, config);
  return (
    <td
      data-align={alignment(column)}
      data-value={value === null ? "" : String(value)}
      style={cellStyle(config, figure.color, theme, value)}
    >
      <ValueLink links={value === null ? [] : interpolateLinks(config.links, row, index)}>
        {figure.text}
        {figure.suffix}
      </ValueLink>
    </td>
  );
}

function cellStyle({ custom }: Config, name: string | null, theme: Theme, value: Cell): Record<string, string> {
  if (name === null || value === null) return {};
  const hue = color(name, theme);
  if (custom.cell === "color-text") return { color: ink(hue, theme) };
  if (custom.cell.startsWith("color-background")) return { background: hue, color: onColor(hue) };
  return {};
}

function alignment({ config, type }: Column): string {
  const { align } = config.custom;
  return align !== "auto" ? align : type === "number" ? "right" : "left";
}

/** Sorts null last in both directions. */
function compare(a: Cell, b: Cell, desc: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const rise = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return desc ? -rise : rise;
}
