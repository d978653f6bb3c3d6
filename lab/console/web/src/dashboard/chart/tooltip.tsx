//! The tooltip of plots: one element for the page, beside the pointer.

import { type ComponentChildren, render } from "preact";
import type uPlot from "uplot";

const OFFSET_PX = 14;
let box: HTMLDivElement | null = null;
let owner: object | null = null;

/** Shows the content at the cursor of a plot, which then owns the tooltip. */
export function showTooltip(plot: uPlot, content: ComponentChildren): void {
  const area = plot.over.getBoundingClientRect();
  const { left = 0, top = 0 } = plot.cursor;
  place(plot, area.left + left, area.top + top, content);
}

/** Hides the tooltip if this plot owns it. */
export function hideTooltip(plot: object): void {
  if (owner !== plot || !box) return;
  owner = null;
  box.hidden = true;
}

function place(plot: object, x: number, y: number, content: ComponentChildren): void {
  if (!box) {
    box = document.createElement("div");
    box.className = "tooltip";
    // The legend has the same values; announcing each move would be noise.
    box.setAttribute("aria-hidden", "true");
    document.body.append(box);
  }
  owner = plot;
  render(content, box);
  box.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = x + OFFSET_PX + width > innerWidth ? Math.max(4, x - OFFSET_PX - width) : x + OFFSET_PX;
  const top = Math.min(Math.max(4, y + OFFSET_PX), Math.max(4, innerHeight - height - 4));
  box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}

export interface TooltipRow {
  name: string;
  color: string;
  text: string;
  strong?: boolean;
}

export function TooltipTable({ title, rows, more }: { title: string; rows: TooltipRow[]; more?: ComponentChildren }) {
  return (
    <>
      <div class="tooltip-title">{title}</div>
      {rows.map(({ name, color, text, strong }) => (
        <div class="tooltip-row" data-strong={strong} key={name}>
          <span class="swatch" style={{ background: color }} />
          <span class="tooltip-name">{name}</span>
          <span class="tooltip-value">{text}</span>
        </div>
      ))}
      {more}
    </>
  );
}
