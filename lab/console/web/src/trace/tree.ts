//! A trace's spans as a tree that can be folded.
import type { Span } from "../api/types";

/** A span and how it stands in the tree. */
export interface Branch {
  readonly span: Span;
  /** From 0. */
  readonly depth: number;
  /** How many spans are below it, at any depth. */
  readonly below: number;
  /** Its place among its siblings, from 1, and how many they are. */
  readonly place: number;
  readonly siblings: number;
}

/** The spans in waterfall order as branches; those whose parent is not in the trace stand at the root. */
export function branches(spans: readonly Span[]): Branch[] {
  const ids = new Set(spans.map((span) => span.id));
  const parentOf = (span: Span): string | null => (span.parent !== null && ids.has(span.parent) ? span.parent : null);
  const children = new Map<string | null, Span[]>();
  for (const span of spans) {
    const parent = parentOf(span);
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const found: Branch[] = [];
  const walk = (parent: string | null, depth: number): number => {
    const siblings = children.get(parent) ?? [];
    let count = 0;
    siblings.forEach((span, index) => {
      const slot = found.length;
      found.push({ span, depth, below: 0, place: index + 1, siblings: siblings.length });
      const below = walk(span.id, depth + 1);
      found[slot] = { span, depth, below, place: index + 1, siblings: siblings.length };
      count += 1 + below;
    });
    return count;
  };
  walk(null, 0);
  return found;
}

/** Those that no folded span hides. */
export function visible(all: readonly Branch[], folded: ReadonlySet<string>): Branch[] {
  const shown: Branch[] = [];
  let skip = 0;
  for (const branch of all) {
    if (skip > 0) {
      skip -= 1;
      continue;
    }
    shown.push(branch);
    if (folded.has(branch.span.id)) skip = branch.below;
  }
  return shown;
}

/** The services in the order in which they appear. */
export function services(spans: readonly Span[]): string[] {
  return [...new Set(spans.map((span) => span.service))];
}
