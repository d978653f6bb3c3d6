//! A state timeline as a plot: one row a series, one block as long as a state lasts.
import type uPlot from "uplot";
import type { Config, PanelData, SeriesView, StateOptions } from "../../api/dashboard";
import type { Theme } from "../../theme/colors";
import { alpha, color, NAMED, onColor } from "../../theme/colors";
import { seriesColor } from "../value/color";
import { mapped, type Shown, shown } from "../value/shown";
import { FONT, fitted, labelEvery, look } from "./frame";
import type { PlotSpec } from "./plot";
import { rowsSpec, type Surroundings } from "./rows";

/** What lasts: from its first time to the next state's. */
export interface Block {
  from: number;
  to: number;
  value: number | null;
  text: string;
  color: string;
}

export interface StateContent {
  rows: { config: Config; blocks: Block[] }[];
  options: StateOptions;
  theme: Theme;
}

const ROW_LABEL_PX = 13;

export function stateContent(view: SeriesView, options: StateOptions, theme: Theme): StateContent {
  const rows = view.series.map(({ config, values }, index) => ({
    config,
    blocks: blocks(view.times, view.step_ms, values, config, options.merge, (value, figure) =>
      figure.color ? color(figure.color, theme) : seriesColor(config, index, value, theme),
    ),
  }));
  return { rows, options, theme };
}

/** Equal neighbours are one block if `merge`; no value without a mapping of its own is a gap. */
export function blocks(
  times: number[],
  step: number,
  values: (number | null)[],
  config: Config,
  merge: boolean,
  paint: (value: number | null, figure: Shown) => string,
): Block[] {
  const found: Block[] = [];
  values.forEach((value, index) => {
    const from = times[index] ?? 0;
    const to = times[index + 1] ?? from + step;
    if (value === null && mapped(null, config.mappings) === null) return;
    const figure = shown(value, config);
    const text = figure.text + figure.suffix;
    const last = found.at(-1);
    if (merge && last && last.text === text && last.to === from) last.to = to;
    else found.push({ from, to, value, text, color: paint(value, figure) });
  });
  return found;
}

export function stateSpec(
  content: StateContent,
  times: number[],
  data: PanelData,
  around: Surroundings,
): PlotSpec<StateContent> {
  const names = content.rows.map(({ config }) => config.name);
  return rowsSpec(
    {
      shape: [names, content.options],
      times,
      data,
      content,
      count: names.length,
      first: "highest",
      axis: nameAxis(names, around.theme),
      draw: drawBlocks,
    },
    around,
  );
}

function nameAxis(names: string[], theme: Theme): uPlot.Axis {
  return {
    ...look(theme),
    stroke: NAMED[theme].text,
    scale: "y",
    gap: 6,
    grid: { show: false },
    size: (plot, texts) => Math.min(fitted(plot, texts), Math.max(60, plot.width * 0.4)),
    splits: (plot) => {
      const every = labelEvery(plot, names.length, ROW_LABEL_PX);
      return names.map((_, index) => index + 0.5).filter((_, index) => index % every === 0);
    },
    values: (_, splits) => splits.map((at) => names[Math.floor(at)] ?? ""),
  };
}

function drawBlocks(plot: uPlot, { rows, options, theme }: StateContent): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  rows.forEach(({ config, blocks }, row) => {
    const middle = plot.valToPos(row + 0.5, "y", true);
    const full = Math.abs(plot.valToPos(row + 1, "y", true) - plot.valToPos(row, "y", true));
    const height = Math.max(2, Math.round(full * options.row_height));
    const opacity = config.custom.fill_opacity / 100 || 0.7;
    for (const block of blocks) {
      const left = Math.round(Math.max(bbox.left, plot.valToPos(block.from, "x", true)));
      const right = Math.round(Math.min(bbox.left + bbox.width, plot.valToPos(block.to, "x", true)));
      if (right <= left) continue;
      ctx.fillStyle = alpha(block.color, opacity);
      ctx.fillRect(left, Math.round(middle - height / 2), Math.max(1, right - left), height);
      label(
        plot,
        block,
        left,
        right,
        middle,
        height,
        options,
        opacity > 0.5 ? onColor(block.color) : (NAMED[theme].text ?? ""),
      );
    }
  });
  ctx.restore();
}

function label(
  plot: uPlot,
  block: Block,
  left: number,
  right: number,
  middle: number,
  height: number,
  options: StateOptions,
  ink: string,
): void {
  if (options.show_value === "never" || height < 12 * devicePixelRatio) return;
  const { ctx } = plot;
  ctx.font = FONT.replace("11px", `${11 * devicePixelRatio}px`);
  const pad = 6 * devicePixelRatio;
  const width = ctx.measureText(block.text).width;
  if (options.show_value === "auto" && width + 2 * pad > right - left) return;
  ctx.fillStyle = ink;
  ctx.textBaseline = "middle";
  ctx.textAlign = options.align;
  const x = options.align === "left" ? left + pad : options.align === "right" ? right - pad : (left + right) / 2;
  ctx.fillText(block.text, x, middle);
}
