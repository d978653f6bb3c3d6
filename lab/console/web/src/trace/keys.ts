//! Keyboard control of the waterfall, by WAI-ARIA's treegrid pattern.
import type { Row } from "./tree";

/** Move to another span, fold or unfold the current one, or toggle its details. */
export type KeyAction =
  | { readonly does: "move"; readonly to: string }
  | { readonly does: "fold" }
  | { readonly does: "details" };

interface Position {
  readonly rows: readonly Row[];
  readonly folded: ReadonlySet<string>;
  /** ID of the current span. */
  readonly current: string;
}

/** Null if the key has no meaning here. */
export function keyAction(key: string, { rows, folded, current }: Position): KeyAction | null {
  const index = rows.findIndex(({ span }) => span.id === current);
  const row = rows[index];
  if (row === undefined) return null;
  const move = (target: Row | undefined): KeyAction | null =>
    target === undefined ? null : { does: "move", to: target.span.id };
  switch (key) {
    case "ArrowDown":
      return move(rows[index + 1]);
    case "ArrowUp":
      return move(rows[index - 1]);
    case "Home":
      return move(rows[0]);
    case "End":
      return move(rows.at(-1));
    case "ArrowRight":
      if (row.descendants === 0) return null;
      return folded.has(current) ? { does: "fold" } : move(rows[index + 1]);
    case "ArrowLeft":
      if (row.descendants > 0 && !folded.has(current)) return { does: "fold" };
      return move(rows.slice(0, index).findLast(({ depth }) => depth < row.depth));
    case "Enter":
    case " ":
      return { does: "details" };
    default:
      return null;
  }
}
