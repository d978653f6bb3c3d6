import assert from "node:assert/strict";
import { test } from "node:test";
import { curve, pointAt, polyline } from "./path";

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
});

test("a curve starts and ends at its ends", () => {
  const slope = curve({ x: 0, y: 0 }, { x: 50, y: 0 }, { x: 50, y: 80 }, { x: 100, y: 80 });
  assert.deepEqual(pointAt(slope, 0), { x: 0, y: 0 });
  assert.deepEqual(pointAt(slope, 1), { x: 100, y: 80 });
});
