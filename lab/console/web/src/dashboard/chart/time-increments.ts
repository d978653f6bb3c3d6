//! Distances between the labels of a time axis: round, and small enough for several labels on a narrow chart.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ROUND = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((count) => count * HOUR),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 30, 60, 90, 180, 365].map((count) => count * DAY),
];
/** For charts too narrow for enough labels at the distances above. */
const FINE = [
  ...ROUND,
  ...[2, 3, 4, 6, 12, 20, 40].map((count) => count * SECOND),
  ...[2, 3, 4, 6, 12, 20, 40].map((count) => count * MINUTE),
  ...[5, 9, 16].map((count) => count * HOUR),
].sort((a, b) => a - b);

const MIN_LABELS = 3;
/** Width of "00:00" and of "00:00:00" in the font of the axes, and the distance to the next label. */
const SHORT_LABEL_PX = 34;
const LONG_LABEL_PX = 52;
const LABEL_GAP_PX = 18;
const MIN_LABEL_GAP_PX = 6;

/** Minimum distance of two labels in pixels. Narrow charts have smaller gaps between the labels. */
export function timeLabelSpace(rangeMs: number, widthPx: number): number {
  const showsSeconds = (rangeMs / Math.max(widthPx, 1)) * LONG_LABEL_PX < MINUTE / 2;
  const label = showsSeconds ? LONG_LABEL_PX : SHORT_LABEL_PX;
  const gap = widthPx / (label + LABEL_GAP_PX) >= 2 * MIN_LABELS ? LABEL_GAP_PX : MIN_LABEL_GAP_PX;
  return label + gap;
}

/** Distances in ms from which the smallest that has `spacePx` is used. */
export function timeIncrements(rangeMs: number, widthPx: number, spacePx: number): number[] {
  const minimum = (rangeMs / Math.max(widthPx, 1)) * spacePx;
  const used = ROUND.find((increment) => increment >= minimum);
  return used === undefined || used * MIN_LABELS <= rangeMs ? ROUND : FINE;
}
