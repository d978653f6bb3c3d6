//! The one tooltip of the page, beside the pointer and never under it.
import { type ComponentChildren, render } from "preact";
import type uPlot from "uplot";

const AWAY = 14;
let box: HTMLDivElement | null = null;
let owner: object | null = null;

export function showTip(of: uPlot, content: ComponentChildren): void {
  const area = of.over.getBoundingClientRect();
  const { left = 0, top = 0 } = of.cursor;
  place(of, area.left + left, area.top + top, content);
}

export function hideTip(of: object): void {
  if (owner !== of || !box) return;
  owner = null;
  box.hidden = true;
}

function place(of: object, x: number, y: number, content: ComponentChildren): void {
  if (!box) {
    box = document.createElement("div");
    box.className = "tip";
    // The same values stand in the legend; read out on each move they would only disturb.
    box.setAttribute("aria-hidden", "true");
    document.body.append(box);
  }
  owner = of;
  render(content, box);
  box.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = box;
  const left = x + AWAY + width > innerWidth ? Math.max(4, x - AWAY - width) : x + AWAY;
  const top = Math.min(Math.max(4, y + AWAY), Math.max(4, innerHeight - height - 4));
  box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}

export interface TipRow {
  name: string;
  color: string;
  text: string;
  strong?: boolean;
}

export function TipTable({ title, rows, more }: { title: string; rows: TipRow[]; more?: ComponentChildren }) {
  return (
    <>
      <div class="tip-title">{title}</div>
      {rows.map(({ name, color, text, strong }) => (
        <div class="tip-row" data-strong={strong} key={name}>
          <span class="swatch" style={{ background: color }} />
          <span class="tip-name">{name}</span>
          <span class="tip-value">{text}</span>
        </div>
      ))}
      {more}
    </>
  );
}
