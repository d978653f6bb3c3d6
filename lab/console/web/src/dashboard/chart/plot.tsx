//! A uPlot in the page: made, refreshed in place, resized and taken down with its component.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { crosshair } from "../crosshair";
import { useSize } from "./size";

/** What is to be drawn. `T` is what the plot's own hooks read. */
export interface PlotSpec<T> {
  /** A new plot is made when this changes; else only its data. */
  key: string;
  data: uPlot.AlignedData;
  from: number;
  to: number;
  content: T;
  /** Options without the size; hooks read the newest spec from `live`. */
  options: (live: Live<T>) => Omit<uPlot.Options, "width" | "height">;
}

export interface Live<T> {
  current: PlotSpec<T>;
}

interface Props<T> {
  spec: PlotSpec<T>;
  /** Says what the drawing shows, for who cannot see it. */
  label: string;
}

export function Plot<T>({ spec, label }: Props<T>) {
  const host = useRef<HTMLDivElement>(null);
  const made = useRef<{ plot: uPlot; key: string } | null>(null);
  const live = useRef<Live<T>>({ current: spec });
  const size = useSize(host);

  useLayoutEffect(() => {
    live.current.current = spec;
    if (!host.current || !size || size.width < 20 || size.height < 20) return;
    const last = made.current;
    if (last?.key === spec.key) {
      update(last.plot, spec, size);
      return;
    }
    last?.plot.destroy();
    const plot = new uPlot({ ...spec.options(live.current), ...size }, spec.data, host.current);
    made.current = { plot, key: spec.key };
  }, [spec, size]);

  useEffect(() => {
    const end = crosshair.subscribe(() => made.current && follow(made.current.plot));
    return () => {
      end();
      made.current?.plot.destroy();
      made.current = null;
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

/** Puts the crosshair where the pointer is on another panel. */
function follow(plot: uPlot): void {
  const now = crosshair.get();
  if (now?.source === plot) return;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const inside = now !== null && now.at >= (min ?? 0) && now.at <= (max ?? 0);
  plot.setCursor({ left: inside ? plot.valToPos(now.at, "x") : -10, top: -10 }, false);
}
