//! The dots that move along the edges, drawn on a canvas above the diagram.
import type { Ref } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { LabMap } from "../api/types";
import { useTheme } from "../theme/theme";
import { dotSpeed, dotsPerSecond, isMain } from "./edge-style";
import { connectedEdges, edgeName } from "./order";
import { pointAt, type Route } from "./path";

/** The dots of one edge. */
interface Stream {
  readonly route: Route;
  /** Dots per second. */
  readonly rate: number;
  /** Pixels per second. */
  readonly speed: number;
  /** Share of dots drawn as errors, 0 to 1. */
  readonly errors: number;
  /** Draws small grey dots. */
  readonly quiet: boolean;
}

interface Colors {
  readonly plain: string;
  readonly quiet: string;
  readonly failed: string;
}

interface Dot {
  readonly stream: string;
  readonly failed: boolean;
  /** Share of the route, 0 to 1. */
  progress: number;
}

/** About 25 frames per second. */
const FRAME_MS = 39;
/** After a pause, for example in a background tab, dots do not catch up. */
const MAX_STEP_MS = 200;

/** Animates dots on one canvas. */
class DotAnimation {
  private streams: ReadonlyMap<string, Stream> = new Map();
  /** Fraction of the next dot that is due, by stream. */
  private readonly due = new Map<string, number>();
  private dots: Dot[] = [];
  private frame: number | null = null;
  private last = 0;
  private colors: Colors = { plain: "", quiet: "", failed: "" };

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Replaces the streams. Dots on the way continue. */
  update(streams: ReadonlyMap<string, Stream>, colors: Colors): void {
    this.streams = streams;
    this.colors = colors;
    if (this.frame !== null || !this.isActive()) return;
    this.last = performance.now();
    this.frame = requestAnimationFrame(this.step);
  }

  /** Stops the animation and removes all dots. */
  stop(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
    this.dots = [];
    this.draw();
  }

  private readonly step = (now: number): void => {
    this.frame = requestAnimationFrame(this.step);
    const elapsed = now - this.last;
    if (elapsed < FRAME_MS) return;
    this.last = now;
    const seconds = Math.min(elapsed, MAX_STEP_MS) / 1000;
    this.move(seconds);
    this.emit(seconds);
    this.draw();
    if (!this.isActive()) this.stop();
  };

  private isActive(): boolean {
    return this.dots.length > 0 || [...this.streams.values()].some((stream) => stream.rate > 0);
  }

  private move(seconds: number): void {
    this.dots = this.dots.filter((dot) => {
      const stream = this.streams.get(dot.stream);
      if (stream === undefined) return false;
      dot.progress += (stream.speed * seconds) / stream.route.length;
      return dot.progress < 1;
    });
  }

  private emit(seconds: number): void {
    for (const [name, stream] of this.streams) {
      const due = (this.due.get(name) ?? Math.random()) + stream.rate * seconds;
      this.due.set(name, due % 1);
      if (due >= 1) this.dots.push({ stream: name, failed: Math.random() < stream.errors, progress: 0 });
    }
  }

  private draw(): void {
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    const scale = devicePixelRatio;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const dot of this.dots) {
      const stream = this.streams.get(dot.stream);
      if (stream === undefined) continue;
      const { x, y } = pointAt(stream.route, dot.progress);
      context.beginPath();
      context.arc(x, y, dot.failed ? 3.4 : stream.quiet ? 1.6 : 2.6, 0, 2 * Math.PI);
      context.fillStyle = dot.failed ? this.colors.failed : stream.quiet ? this.colors.quiet : this.colors.plain;
      context.fill();
    }
  }
}

/** A ref for the canvas. Draws no dots while the data is stale or if the user prefers reduced motion. */
export function useDots(topology: LabMap, routes: ReadonlyMap<string, Route>, stale: boolean): Ref<HTMLCanvasElement> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const animation = useRef<DotAnimation | null>(null);
  const theme = useTheme();
  useEffect(() => {
    if (canvas.current !== null) animation.current = new DotAnimation(canvas.current);
    return () => animation.current?.stop();
  }, []);
  useEffect(() => {
    if (canvas.current === null) return;
    if (stale || matchMedia("(prefers-reduced-motion: reduce)").matches) animation.current?.stop();
    else animation.current?.update(streamsOf(topology, routes), themeColors(canvas.current));
  }, [topology, routes, stale, theme]);
  return canvas;
}

function streamsOf(topology: LabMap, routes: ReadonlyMap<string, Route>): Map<string, Stream> {
  const streams = new Map<string, Stream>();
  for (const edge of connectedEdges(topology)) {
    const route = routes.get(edgeName(edge));
    if (route === undefined) continue;
    streams.set(edgeName(edge), {
      route,
      rate: dotsPerSecond(edge),
      speed: dotSpeed(edge),
      errors: edge.errors ?? 0,
      quiet: !isMain(edge),
    });
  }
  return streams;
}

/** Reads the colours from hidden `.ink` elements, because a canvas does not resolve light-dark(). */
function themeColors(canvas: HTMLCanvasElement): Colors {
  const colorOf = (name: string): string => {
    const ink = canvas.parentElement?.querySelector(`.ink.${name}`);
    return ink == null ? "" : getComputedStyle(ink).color;
  };
  return { plain: colorOf("plain"), quiet: colorOf("quiet"), failed: colorOf("failed") };
}
