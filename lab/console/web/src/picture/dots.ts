//! The dots that move along the edges: drawn on a canvas above the map, twenty-five times a second.
import type { Route } from "./trail";
import { along } from "./trail";

/** What one edge's dots follow. */
export interface Stream {
  readonly way: Route;
  /** Dots a second. */
  readonly rate: number;
  /** Pixels a second. */
  readonly speed: number;
  /** The share of dots that show an error, 0 to 1. */
  readonly errors: number;
  /** Whether the dots are small and quiet. */
  readonly quiet: boolean;
}

/** The colours of a theme. */
export interface Inks {
  readonly plain: string;
  readonly quiet: string;
  readonly failed: string;
}

interface Dot {
  readonly stream: string;
  readonly failed: boolean;
  done: number;
}

const FRAME_MS = 39;
/** A tab that comes back does not make up for the time away. */
const LONGEST_STEP_MS = 200;

/** Moves dots over one canvas. */
export class Dots {
  private streams: ReadonlyMap<string, Stream> = new Map();
  private readonly due = new Map<string, number>();
  private dots: Dot[] = [];
  private frame: number | null = null;
  private last = 0;
  private inks: Inks = { plain: "", quiet: "", failed: "" };

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** From now on these flow; what is under way goes on. */
  follow(streams: ReadonlyMap<string, Stream>, inks: Inks): void {
    this.streams = streams;
    this.inks = inks;
    if (this.frame !== null || !this.isNeeded()) return;
    this.last = performance.now();
    this.frame = requestAnimationFrame(this.step);
  }

  /** Ends the loop and takes every dot away. */
  stop(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
    this.dots = [];
    this.draw();
  }

  private readonly step = (now: number): void => {
    this.frame = requestAnimationFrame(this.step);
    const passed = now - this.last;
    if (passed < FRAME_MS) return;
    this.last = now;
    const seconds = Math.min(passed, LONGEST_STEP_MS) / 1000;
    this.move(seconds);
    this.emit(seconds);
    this.draw();
    if (!this.isNeeded()) this.stop();
  };

  private isNeeded(): boolean {
    return this.dots.length > 0 || [...this.streams.values()].some((stream) => stream.rate > 0);
  }

  private move(seconds: number): void {
    this.dots = this.dots.filter((dot) => {
      const stream = this.streams.get(dot.stream);
      if (stream === undefined) return false;
      dot.done += (stream.speed * seconds) / stream.way.length;
      return dot.done < 1;
    });
  }

  private emit(seconds: number): void {
    for (const [name, stream] of this.streams) {
      const due = (this.due.get(name) ?? Math.random()) + stream.rate * seconds;
      this.due.set(name, due % 1);
      if (due >= 1) this.dots.push({ stream: name, failed: Math.random() < stream.errors, done: 0 });
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
      const { x, y } = along(stream.way, dot.done);
      context.beginPath();
      context.arc(x, y, dot.failed ? 3.4 : stream.quiet ? 1.6 : 2.6, 0, 2 * Math.PI);
      context.fillStyle = dot.failed ? this.inks.failed : stream.quiet ? this.inks.quiet : this.inks.plain;
      context.fill();
    }
  }
}
