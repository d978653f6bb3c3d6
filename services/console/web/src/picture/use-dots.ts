//! Lets the dots follow the map's edges, unless a person asked for less motion or nothing new comes.
import type { Ref } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { LabMap } from "../api/types";
import { Dots } from "./dots";
import { drawn, edgeName } from "./flow";
import { dotSpeed, dotsPerSecond, isMain } from "./measure";
import type { Route } from "./trail";

/** The group in which the dots move. */
export function useDots(map: LabMap, ways: ReadonlyMap<string, Route>, stale: boolean): Ref<SVGGElement> {
  const group = useRef<SVGGElement>(null);
  const dots = useRef<Dots | null>(null);
  useEffect(() => {
    if (group.current !== null) dots.current = new Dots(group.current);
    return () => dots.current?.stop();
  }, []);
  useEffect(() => {
    if (stale || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      dots.current?.stop();
      return;
    }
    const streams = new Map(
      drawn(map).flatMap((edge) => {
        const way = ways.get(edgeName(edge));
        if (way === undefined) return [];
        const stream = { way, rate: dotsPerSecond(edge), speed: dotSpeed(edge), errors: edge.errors ?? 0, quiet: !isMain(edge) };
        return [[edgeName(edge), stream] as const];
      }),
    );
    dots.current?.follow(streams);
  }, [map, ways, stale]);
  return group;
}
