//! Lets the dots follow the map's edges, unless a person asked for less motion or nothing new comes.
import type { Ref } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { LabMap } from "../api/types";
import { useTheme } from "../theme/theme";
import type { Inks, Stream } from "./dots";
import { Dots } from "./dots";
import { drawn, edgeName } from "./flow";
import { dotSpeed, dotsPerSecond, isMain } from "./measure";
import type { Route } from "./trail";

/** The canvas over which the dots move. */
export function useDots(map: LabMap, ways: ReadonlyMap<string, Route>, stale: boolean): Ref<HTMLCanvasElement> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dots = useRef<Dots | null>(null);
  const theme = useTheme();
  useEffect(() => {
    if (canvas.current !== null) dots.current = new Dots(canvas.current);
    return () => dots.current?.stop();
  }, []);
  useEffect(() => {
    if (canvas.current === null) return;
    if (stale || matchMedia("(prefers-reduced-motion: reduce)").matches) dots.current?.stop();
    else dots.current?.follow(streams(map, ways), inks(canvas.current));
  }, [map, ways, stale, theme]);
  return canvas;
}

function streams(map: LabMap, ways: ReadonlyMap<string, Route>): Map<string, Stream> {
  const found = new Map<string, Stream>();
  for (const edge of drawn(map)) {
    const way = ways.get(edgeName(edge));
    if (way === undefined) continue;
    found.set(edgeName(edge), {
      way,
      rate: dotsPerSecond(edge),
      speed: dotSpeed(edge),
      errors: edge.errors ?? 0,
      quiet: !isMain(edge),
    });
  }
  return found;
}

/** Read from elements that have the theme's colours, since a canvas knows no light-dark(). */
function inks(canvas: HTMLCanvasElement): Inks {
  const colour = (name: string): string => {
    const ink = canvas.parentElement?.querySelector(`.ink.${name}`);
    return ink == null ? "" : getComputedStyle(ink).color;
  };
  return { plain: colour("plain"), quiet: colour("quiet"), failed: colour("failed") };
}
