import assert from "node:assert/strict";
import { test } from "node:test";
import { curve, labelPosition, pointAt, polyline } from "./path";

test("interpolates points along a straight route", () => {
  const route = polyline([
    { x: 0, y: 0 },
    { x: 100, y: 0 },
  ]);
  assert.equal(route.length, 100);
  assert.deepEqual(pointAt(route, 0), { x: 0, y: 0 });
  assert.deepEqual(pointAt(route, 0.25), { x: 25, y: 0 });
  assert.deepEqual(pointAt(route, 1), { x: 100, y: 0 });
});

test("rounds corners without leaving the bounding box, and keeps the ends", () => {
  const route = polyline([
    { x: 0, y: 0 },
    { x: 50, y: 0 },
    { x: 50, y: 200 },
  ]);
  assert.ok(route.length < 250 && route.length > Math.hypot(50, 200));
  assert.deepEqual(route.points[0], { x: 0, y: 0 });
  assert.deepEqual(route.points.at(-1), { x: 50, y: 200 });
  assert.ok(route.points.every(({ x, y }) => x >= 0 && x <= 50 && y >= 0 && y <= 200));
  const label = labelPosition(route);
  assert.equal(label.x, 50);
  assert.ok(label.y > 90 && label.y < 120 && label.beside);
});

test("puts the label of a slope beside it, past its middle, and that of a level curve in its middle", () => {
  const slope = curve({ x: 0, y: 0 }, { x: 50, y: 0 }, { x: 50, y: 80 }, { x: 100, y: 80 });
  assert.deepEqual(pointAt(slope, 0), { x: 0, y: 0 });
  assert.deepEqual(pointAt(slope, 1), { x: 100, y: 80 });
  const position = labelPosition(slope);
  assert.ok(position.beside && position.x > 50 && position.y > 40);
  const level = curve({ x: 0, y: 0 }, { x: 50, y: 0 }, { x: 50, y: 0 }, { x: 100, y: 0 });
  assert.deepEqual(labelPosition(level), { x: 50, y: 0, beside: false });
});
