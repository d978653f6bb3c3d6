//! Pointer interaction of plots: a crosshair shared by all panels, and zoom by dragging.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type uPlot from "uplot";
import { store } from "../../api/store";

export interface Crosshair {
  /** Milliseconds since 1970. */
  at: number;
  /** The plot under the pointer, which draws its own crosshair. */
  source: object;
}

export const crosshair = store<Crosshair | null>(null);

/** Changes the dashboard's time range. */
export interface Zoom {
  to: (from: number, to: number) => void;
  back: () => void;
}

export const ZoomContext = createContext<Zoom | null>(null);

/** Null for a panel outside a dashboard. */
export function useZoom(): Zoom | null {
  return useContext(ZoomContext);
}

/** Called when the pointer moves to the data index `idx`, or leaves the plot (null). */
export type OnPoint = (plot: uPlot, idx: number | null) => void;

export function pointerOptions(
  zoom: Zoom | null,
  onPoint: OnPoint,
): Pick<uPlot.Options, "cursor" | "hooks" | "select"> {
  return {
    select: { show: zoom !== null, left: 0, top: 0, width: 0, height: 0 },
    cursor: {
      y: false,
      drag: { x: zoom !== null, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          zoom?.back();
          return null;
        },
      },
    },
    hooks: {
      setCursor: [(plot) => onCursor(plot, onPoint)],
      setSelect: [(plot) => onSelect(plot, zoom)],
      destroy: [
        (plot) => {
          onPoint(plot, null);
          if (crosshair.get()?.source === plot) crosshair.set(null);
        },
      ],
    },
  };
}

function onCursor(plot: uPlot, onPoint: OnPoint): void {
  const { left = -1, top = -1, idx } = plot.cursor;
  const isSource = crosshair.get()?.source === plot;
  if (left < 0) {
    onPoint(plot, null);
    if (isSource) crosshair.set(null);
    return;
  }
  // A cursor set by another plot's crosshair has no vertical position.
  if (top < 0) return;
  crosshair.set({ at: plot.posToVal(left, "x"), source: plot });
  onPoint(plot, idx ?? null);
}

function onSelect(plot: uPlot, zoom: Zoom | null): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  const from = Math.round(plot.posToVal(left, "x"));
  const to = Math.round(plot.posToVal(left + width, "x"));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (to > from) zoom?.to(from, to);
}
