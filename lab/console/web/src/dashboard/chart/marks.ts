//! Thresholds and alert annotations, drawn over a time series.
import type uPlot from "uplot";
import type { PanelData, Series } from "../../api/dashboard";
import { alpha, color, type Theme } from "../../theme/colors";
import { thresholdLimits } from "../value/display";
import { scaleKey } from "./scales";

/** Draws the threshold lines and areas of each scale. */
export function drawThresholds(plot: uPlot, series: Series[], theme: Theme): void {
  const drawnScales = new Set<string>();
  for (const { config } of series) {
    const style = config.custom.thresholds_style;
    const key = scaleKey(config);
    if (style === "off" || drawnScales.has(key)) continue;
    drawnScales.add(key);
    const { min, max } = plot.scales[key] ?? {};
    if (min == null || max == null) continue;
    const steps = thresholdLimits(config.thresholds, config.min ?? min, config.max ?? max);
    if (style.includes("area")) drawAreas(plot, key, steps, theme, max);
    if (style !== "area") drawLines(plot, key, steps, theme, style.startsWith("dashed"));
  }
}

type Step = { at: number; color: string };

function drawLines(plot: uPlot, scale: string, steps: Step[], theme: Theme, dashed: boolean): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales[scale] ?? {};
  ctx.save();
  ctx.lineWidth = devicePixelRatio * 1.5;
  ctx.setLineDash(dashed ? [8 * devicePixelRatio, 6 * devicePixelRatio] : []);
  for (const { at, color: name } of steps) {
    if (!Number.isFinite(at) || at < (min ?? 0) || at > (max ?? 0)) continue;
    const y = Math.round(plot.valToPos(at, scale, true));
    ctx.strokeStyle = alpha(color(name, theme), 0.75);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

function drawAreas(plot: uPlot, scale: string, steps: Step[], theme: Theme, max: number): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  steps.forEach(({ at, color: name }, index) => {
    const low = Number.isFinite(at) ? plot.valToPos(at, scale, true) : bbox.top + bbox.height;
    const high = plot.valToPos(steps[index + 1]?.at ?? max, scale, true);
    ctx.fillStyle = alpha(color(name, theme), 0.1);
    ctx.fillRect(bbox.left, high, bbox.width, low - high);
  });
  ctx.restore();
}

/** Draws a dashed line with a triangle below it for each annotation. */
export function drawAnnotations(plot: uPlot, annotations: PanelData["annotations"], theme: Theme): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales.x ?? {};
  const bottom = bbox.top + bbox.height;
  const unit = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = color("red", theme);
  ctx.lineWidth = 1.5 * unit;
  for (const { at } of annotations) {
    if (at < (min ?? 0) || at > (max ?? 0)) continue;
    const x = Math.round(plot.valToPos(at, "x", true));
    ctx.setLineDash([4 * unit, 3 * unit]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bottom);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x, bottom - 1 * unit);
    ctx.lineTo(x - 4 * unit, bottom + 5 * unit);
    ctx.lineTo(x + 4 * unit, bottom + 5 * unit);
    ctx.fill();
  }
  ctx.restore();
}
