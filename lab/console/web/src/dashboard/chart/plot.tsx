//! A component that creates, updates, resizes and destroys a uPlot.

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { useSize } from "../../ui/size";
import { crosshair } from "./pointer";
import "uplot/dist/uPlot.min.css";

/** `T` is the content that the plot's hooks read. */
export interface PlotSpec<T> {
  /** The plot is recreated when the key changes; otherwise only its data is updated. */
  key: string;
  data: uPlot.AlignedData;
  from: number;
  to: number;
  content: T;
  /** Options without the size. Hooks read the current spec from `live`. */
  options: (live: Live<T>) => Omit<uPlot.Options, "width" | "height">;
}

export interface Live<T> {
  current: PlotSpec<T>;
}

interface Props<T> {
  spec: PlotSpec<T>;
  /** For screen readers. */
  label: string;
}

export function Plot<T>({ spec, label }: Props<T>) {
  const host = useRef<HTMLDivElement>(null);
  const created = useRef<{ plot: uPlot; key: string } | null>(null);
  const live = useRef<Live<T>>({ current: spec });
  const size = useSize(host);

  useLayoutEffect(() => {
    live.current.current = spec;
    if (!host.current || !size || size.width < 20 || size.height < 20) return;
    const last = created.current;
    if (last?.key === spec.key) {
      update(last.plot, spec, size);
      return;
    }
    last?.plot.destroy();
    const plot = new uPlot({ ...spec.options(live.current), ...size }, spec.data, host.current);
    created.current = { plot, key: spec.key };
  }, [spec, size]);

  useEffect(() => {
    const end = crosshair.subscribe(() => created.current && followCrosshair(created.current.plot));
    return () => {
      end();
      created.current?.plot.destroy();
      created.current = null;
    };
  }, []);

  return <div class="plot" ref={host} role="img" aria-label={label} />;
}

function update<T>(plot: uPlot, spec: PlotSpec<T>, size: { width: number; height: number }): void {
  if (plot.width !== size.width || plot.height !== size.height) plot.setSize(size);
  plot.batch(() => {
    plot.setData(spec.data, false);
    plot.setScale("x", { min: spec.from, max: spec.to });
  });
}

/** Moves the crosshair to the pointer's time on another panel. */
function followCrosshair(plot: uPlot): void {
  const position = crosshair.get();
  if (position?.source === plot) return;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const inside = position !== null && position.at >= (min ?? 0) && position.at <= (max ?? 0);
  plot.setCursor({ left: inside ? plot.valToPos(position.at, "x") : -10, top: -10 }, false);
}
