//! What a key does in the waterfall, after the tree grid pattern of WAI-ARIA.
import type { Branch } from "./tree";

/** Go to a span, fold or unfold the current one, or show its details. */
export type Deed = { readonly does: "go"; readonly to: string } | { readonly does: "fold" } | { readonly does: "open" };

interface Where {
  readonly shown: readonly Branch[];
  readonly folded: ReadonlySet<string>;
  /** The current span. */
  readonly at: string;
}

/** Null: the key means nothing here. */
export function keyed(key: string, { shown, folded, at }: Where): Deed | null {
  const index = shown.findIndex(({ span }) => span.id === at);
  const branch = shown[index];
  if (branch === undefined) return null;
  const go = (target: Branch | undefined): Deed | null =>
    target === undefined ? null : { does: "go", to: target.span.id };
  switch (key) {
    case "ArrowDown":
      return go(shown[index + 1]);
    case "ArrowUp":
      return go(shown[index - 1]);
    case "Home":
      return go(shown[0]);
    case "End":
      return go(shown.at(-1));
    case "ArrowRight":
      if (branch.below === 0) return null;
      return folded.has(at) ? { does: "fold" } : go(shown[index + 1]);
    case "ArrowLeft":
      if (branch.below > 0 && !folded.has(at)) return { does: "fold" };
      return go(shown.slice(0, index).findLast(({ depth }) => depth < branch.depth));
    case "Enter":
    case " ":
      return { does: "open" };
    default:
      return null;
  }
}
