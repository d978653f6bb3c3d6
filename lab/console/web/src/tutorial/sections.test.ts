import assert from "node:assert/strict";
import { test } from "node:test";
import { panelsOf, type Section, slug } from "./sections";

function section(id: string, panels: number[] = []): Section {
  return {
    id,
    title: id,
    kind: "step",
    blocks: panels.map((panel) => ({ kind: "panel", dashboard: "orders", panel })),
  };
}

const shown = (all: Section[], id: string | null) => panelsOf(all, id).map(({ panel }) => panel);

test("a section shows its own panels, else the nearest before it, else the first ones", () => {
  const all = [section("names"), section("order", [2, 3]), section("list"), section("load", [5])];
  assert.deepEqual(shown(all, "order"), [2, 3]);
  assert.deepEqual(shown(all, "list"), [2, 3]);
  assert.deepEqual(shown(all, "load"), [5]);
  assert.deepEqual(shown(all, "names"), [2, 3]);
  assert.deepEqual(shown(all, null), [2, 3]);
  assert.deepEqual(shown([section("names")], "names"), []);
});

test("slugs match the anchors of GitHub", () => {
  assert.equal(slug("The runtime: Go's, and ours"), "the-runtime-gos-and-ours");
  assert.equal(slug("  What the original did wrong "), "what-the-original-did-wrong");
});
