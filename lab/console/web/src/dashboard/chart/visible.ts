//! Which series are shown, as a reader picks them in the legend.

/** The hidden ones after a click: alone, or all again if it was alone; with `toggle` only this one changes. */
export function picked(hidden: ReadonlySet<number>, index: number, toggle: boolean, count: number): Set<number> {
  if (toggle) {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    return next.size === count ? new Set() : next;
  }
  const alone = !hidden.has(index) && hidden.size === count - 1;
  if (alone) return new Set();
  return new Set(Array.from({ length: count }, (_, other) => other).filter((other) => other !== index));
}
