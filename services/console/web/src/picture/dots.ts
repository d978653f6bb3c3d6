//! The dots that move along the edges: a pool of circles that one animation loop places, twenty-five times a second.
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

interface Dot {
  readonly circle: SVGCircleElement;
  readonly stream: string;
  done: number;
}

const FRAME_MS = 39;
const SVG = "http://www.w3.org/2000/svg";

/** Moves dots inside one SVG group. */
export class Dots {
  private streams: ReadonlyMap<string, Stream> = new Map();
  private readonly due = new Map<string, number>();
  private dots: Dot[] = [];
  private readonly spare: SVGCircleElement[] = [];
  private frame: number | null = null;
  private last = 0;

  constructor(private readonly group: SVGGElement) {}

  /** From now on these flow; what is under way goes on. */
  follow(streams: ReadonlyMap<string, Stream>): void {
    this.streams = streams;
    if (this.frame === null && (this.dots.length > 0 || [...streams.values()].some((stream) => stream.rate > 0))) {
      this.last = performance.now();
      this.frame = requestAnimationFrame(this.step);
    }
  }

  /** Ends the loop and takes every dot away. */
  stop(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
    this.dots.forEach((dot) => dot.circle.remove());
    this.dots = [];
  }

  private readonly step = (now: number): void => {
    this.frame = requestAnimationFrame(this.step);
    const passed = now - this.last;
    if (passed < FRAME_MS) return;
    this.last = now;
    // A tab that comes back does not make up for the time away.
    const seconds = Math.min(passed, 200) / 1000;
    this.move(seconds);
    this.emit(seconds);
    if (this.dots.length === 0 && [...this.streams.values()].every((stream) => stream.rate <= 0)) this.stop();
  };

  private move(seconds: number): void {
    this.dots = this.dots.filter((dot) => {
      const stream = this.streams.get(dot.stream);
      if (stream !== undefined) {
        dot.done += (stream.speed * seconds) / stream.way.length;
        if (dot.done < 1) {
          const point = along(stream.way, dot.done);
          dot.circle.setAttribute("cx", point.x.toFixed(1));
          dot.circle.setAttribute("cy", point.y.toFixed(1));
          return true;
        }
      }
      dot.circle.remove();
      this.spare.push(dot.circle);
      return false;
    });
  }

  private emit(seconds: number): void {
    for (const [name, stream] of this.streams) {
      const due = (this.due.get(name) ?? Math.random()) + stream.rate * seconds;
      this.due.set(name, due % 1);
      if (due >= 1) this.send(name, stream);
    }
  }

  private send(name: string, stream: Stream): void {
    const circle = this.spare.pop() ?? document.createElementNS(SVG, "circle");
    const failed = Math.random() < stream.errors;
    circle.setAttribute("r", failed ? "3.6" : stream.quiet ? "1.6" : "2.6");
    circle.setAttribute("class", failed ? "flow-dot failed" : stream.quiet ? "flow-dot quiet" : "flow-dot");
    const start = along(stream.way, 0);
    circle.setAttribute("cx", start.x.toFixed(1));
    circle.setAttribute("cy", start.y.toFixed(1));
    this.group.append(circle);
    this.dots.push({ circle, stream: name, done: 0 });
  }
}
