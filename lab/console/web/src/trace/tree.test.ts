import assert from "node:assert/strict";
import { test } from "node:test";
import type { Span } from "../api/types";
import { rowsOf, servicesOf, visibleRows } from "./tree";

function span(id: string, parent: string | null, service = "web"): Span {
  return {
    id,
    parent,
    service,
    name: id,
    start_us: 0,
    duration_us: 1,
    error: false,
    kind: null,
    depth: 0,
    tags: [],
    events: [],
  };
}

const TRACE = [span("a", null), span("b", "a", "echo"), span("c", "b"), span("d", "a"), span("e", "missing")];

test("computes depth, descendants and position from the parents", () => {
  const rows = rowsOf(TRACE).map(({ span, depth, descendants, position, siblings }) => [
    span.id,
    depth,
    descendants,
    position,
    siblings,
  ]);
  assert.deepEqual(rows, [
    ["a", 0, 3, 1, 2],
    ["b", 1, 1, 1, 2],
    ["c", 2, 0, 1, 1],
    ["d", 1, 0, 2, 2],
    ["e", 0, 0, 2, 2],
  ]);
});

test("a folded span hides its descendants and nothing else", () => {
  const shown = (folded: string[]) => visibleRows(rowsOf(TRACE), new Set(folded)).map(({ span }) => span.id);
  assert.deepEqual(shown([]), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(shown(["b"]), ["a", "b", "d", "e"]);
  assert.deepEqual(shown(["a", "b"]), ["a", "e"]);
});

test("lists services once, in order of appearance", () => {
  assert.deepEqual(servicesOf(TRACE), ["web", "echo"]);
});
