//! A state timeline as a plot: one row per series, one block per state.
import type uPlot from "uplot";
import type { Config, PanelData, SeriesView, StateOptions } from "../../api/dashboard";
import { alpha, NAMED, onColor, type Theme } from "../../theme/colors";
import { type DisplayValue, display, displayColor, mappingOf } from "../value/display";
import { axisStyle, axisWidth, FONT, labelInterval } from "./axis";
import type { PlotSpec } from "./plot";
import { type PlotContext, rowsSpec } from "./rows";

/** A period in one state, in ms since 1970. */
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
    blocks: blocksOf(view.times, view.step_ms, values, config, options.merge, (value, displayed) =>
      displayColor(displayed, config, index, value, theme),
    ),
  }));
  return { rows, options, theme };
}

/** `merge` joins equal neighbours. A null without a mapping is a gap. */
export function blocksOf(
  times: number[],
  step: number,
  values: (number | null)[],
  config: Config,
  merge: boolean,
  paint: (value: number | null, displayed: DisplayValue) => string,
): Block[] {
  const blocks: Block[] = [];
  values.forEach((value, index) => {
    const from = times[index] ?? 0;
    const to = times[index + 1] ?? from + step;
    if (value === null && mappingOf(null, config.mappings) === null) return;
    const displayed = display(value, config);
    const text = displayed.text + displayed.suffix;
    const last = blocks.at(-1);
    if (merge && last && last.text === text && last.to === from) last.to = to;
    else blocks.push({ from, to, value, text, color: paint(value, displayed) });
  });
  return blocks;
}

export function stateSpec(
  content: StateContent,
  times: number[],
  data: PanelData,
  context: PlotContext,
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
      axis: nameAxis(names, context.theme),
      draw: drawBlocks,
    },
    context,
  );
}

function nameAxis(names: string[], theme: Theme): uPlot.Axis {
  return {
    ...axisStyle(theme),
    stroke: NAMED[theme].text,
    scale: "y",
    gap: 6,
    grid: { show: false },
    size: (plot, texts) => Math.min(axisWidth(plot, texts), Math.max(60, plot.width * 0.4)),
    splits: (plot) => {
      const every = labelInterval(plot, names.length, ROW_LABEL_PX);
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
