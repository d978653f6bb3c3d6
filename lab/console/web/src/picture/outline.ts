//! A node's outline by its kind, so that a store does not look like a service.
import type { MapNode } from "../api/types";
import type { Box } from "./layout";

/** SVG path data of the outline, from the box's own top left. */
export function outline(kind: MapNode["kind"], { width, height }: Box): string {
  switch (kind) {
    case "client":
    case "inbox":
      return rounded(width, height, height / 2);
    case "proxy":
      return chamfered(width, height, 11);
    case "store":
      return cylinder(width, height, 5);
    case "watcher":
      return rounded(width, height, 3);
    case "service":
      return rounded(width, height, 9);
  }
}

/** The line that makes a cylinder of a store; none for the others. */
export function rim(kind: MapNode["kind"], { width }: Box): string | null {
  return kind === "store" ? `M0,5A${width / 2},5 0 0 0 ${width},5` : null;
}

function rounded(width: number, height: number, radius: number): string {
  const [across, along] = [width - 2 * radius, height - 2 * radius];
  const turn = (x: number, y: number): string => `a${radius},${radius} 0 0 1 ${x * radius},${y * radius}`;
  return `M${radius},0h${across}${turn(1, 1)}v${along}${turn(-1, 1)}h${-across}${turn(-1, -1)}v${-along}${turn(1, -1)}z`;
}

function chamfered(width: number, height: number, cut: number): string {
  const middle = height / 2;
  return `M${cut},0H${width - cut}L${width},${middle}L${width - cut},${height}H${cut}L0,${middle}z`;
}

function cylinder(width: number, height: number, rise: number): string {
  const arc = `${width / 2},${rise} 0 0 1`;
  return `M0,${rise}A${arc} ${width},${rise}V${height - rise}A${arc} 0,${height - rise}z`;
}
