import assert from "node:assert/strict";
import { test } from "node:test";
import { along, bent, curved, labelSpot } from "./trail";

test("a straight way is walked at even pace from its start to its end", () => {
  const way = bent([
    { x: 0, y: 0 },
    { x: 100, y: 0 },
  ]);
  assert.equal(way.length, 100);
  assert.deepEqual(along(way, 0), { x: 0, y: 0 });
  assert.deepEqual(along(way, 0.25), { x: 25, y: 0 });
  assert.deepEqual(along(way, 1), { x: 100, y: 0 });
});

test("a corner is cut, never overshot, and the ends stay", () => {
  const way = bent([
    { x: 0, y: 0 },
    { x: 50, y: 0 },
    { x: 50, y: 200 },
  ]);
  assert.ok(way.length < 250 && way.length > Math.hypot(50, 200));
  assert.deepEqual(way.points[0], { x: 0, y: 0 });
  assert.deepEqual(way.points.at(-1), { x: 50, y: 200 });
  assert.ok(way.points.every(({ x, y }) => x >= 0 && x <= 50 && y >= 0 && y <= 200));
  const label = labelSpot(way);
  assert.equal(label.x, 50);
  assert.ok(label.y > 90 && label.y < 120 && label.beside);
});

test("a curve begins and ends at its ends; on a slope its label stands beside it, past the middle", () => {
  const slope = curved({ x: 0, y: 0 }, { x: 50, y: 0 }, { x: 50, y: 80 }, { x: 100, y: 80 });
  assert.deepEqual(along(slope, 0), { x: 0, y: 0 });
  assert.deepEqual(along(slope, 1), { x: 100, y: 80 });
  const spot = labelSpot(slope);
  assert.ok(spot.beside && spot.x > 50 && spot.y > 40);
  const level = curved({ x: 0, y: 0 }, { x: 50, y: 0 }, { x: 50, y: 0 }, { x: 100, y: 0 });
  assert.deepEqual(labelSpot(level), { x: 50, y: 0, beside: false });
});
