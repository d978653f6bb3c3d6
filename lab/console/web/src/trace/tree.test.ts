import assert from "node:assert/strict";
import { test } from "node:test";
import type { Span } from "../api/types";
import { branches, services, visible } from "./tree";

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

const TRACE = [span("a", null), span("b", "a", "echo"), span("c", "b"), span("d", "a"), span("e", "gone")];

test("depth, descendants and places follow the parents", () => {
  const rows = branches(TRACE).map(({ span, depth, below, place, siblings }) => [
    span.id,
    depth,
    below,
    place,
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

test("a folded span hides all below it and nothing else", () => {
  const shown = (folded: string[]) => visible(branches(TRACE), new Set(folded)).map(({ span }) => span.id);
  assert.deepEqual(shown([]), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(shown(["b"]), ["a", "b", "d", "e"]);
  assert.deepEqual(shown(["a", "b"]), ["a", "e"]);
});

test("services come once, in order of appearance", () => {
  assert.deepEqual(services(TRACE), ["web", "echo"]);
});
