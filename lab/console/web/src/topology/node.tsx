//! A node of the diagram: its outline by kind, title, and health as a shape and a word.
import type { MapNode } from "../api/types";
import { HealthShape, healthWord } from "./health";
import type { Box } from "./layout";
import { type Selection, selectable } from "./selection";

/** Estimated letter widths in pixels for a wide font, because SVG does not lay out text. */
const LETTER_PX = 8.4;
const SMALL_LETTER_PX = 5.2;
const BOLD_SMALL_LETTER_PX = 5.9;

interface Props {
  readonly node: MapNode;
  readonly box: Box;
  readonly itemKey: string;
  readonly selection: Selection;
  /** True while an item that is not adjacent is selected. */
  readonly faded: boolean;
}

export function Node({ node, box, itemKey, selection, faded }: Props) {
  const edge = rim(node.kind, box);
  const tutorial = node.tutorial === "lab" ? "" : ` · ${node.tutorial}`;
  const fits = node.title.length * LETTER_PX <= box.width - 6;
  const half =
    ((healthWord(node.health).length + tutorial.length) *
      (node.health === "down" ? BOLD_SMALL_LETTER_PX : SMALL_LETTER_PX)) /
    2;
  return (
    <g
      class={`node ${node.kind} is-${node.health}${faded ? " faded" : ""}${selection.shown === itemKey ? " shown" : ""}`}
      transform={`translate(${box.x.toFixed(1)},${box.y.toFixed(1)})`}
      data-node={node.id}
      data-health={node.health}
      aria-label={`${node.title}, ${healthWord(node.health)}${node.note === null ? "" : `: ${node.note}`}`}
      {...selectable(selection, itemKey)}
    >
      <path class="outline" d={outline(node.kind, box)} />
      {edge !== null && <path class="rim" d={edge} />}
      <text class={fits ? "title" : "title long"} x={box.width / 2} y={box.height / 2 - 3} text-anchor="middle">
        {node.title}
      </text>
      <g transform={`translate(${box.width / 2},${box.height / 2 + 11})`}>
        <g transform={`translate(${-half - 5},0)`}>
          <HealthShape health={node.health} />
        </g>
        <text class="node-state" x="5" y="4" text-anchor="middle">
          {healthWord(node.health)}
          <tspan class="tutorial">{tutorial}</tspan>
        </text>
      </g>
    </g>
  );
}

/** SVG path data of the outline, relative to the top left corner of the box. */
function outline(kind: MapNode["kind"], { width, height }: Box): string {
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

/** SVG path data of the rim that makes a store a cylinder; null for other kinds. */
function rim(kind: MapNode["kind"], { width }: Box): string | null {
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
