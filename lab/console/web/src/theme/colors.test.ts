import assert from "node:assert/strict";
import { test } from "node:test";
import { alpha, color, ink, onColor, paletteColor } from "./colors";

test("resolves Grafana's names, one shade darker in the light theme", () => {
  assert.equal(color("green", "dark"), "#73BF69");
  assert.equal(color("green", "light"), "#56A64B");
  assert.equal(color("semi-dark-orange", "dark"), "#FF780A");
  assert.equal(color("#123456", "dark"), "#123456");
});

test("the palette repeats", () => {
  assert.equal(paletteColor(0, "dark"), color("green", "dark"));
  assert.equal(paletteColor(40, "dark"), paletteColor(0, "dark"));
});

test("text on a coloured background is black or white", () => {
  assert.equal(onColor("#FADE2A"), "#000000");
  assert.equal(onColor("#1F60C4"), "#ffffff");
});

test("darkens faint text in the light theme and lightens it in the dark theme", () => {
  assert.equal(ink("#1f60c4", "light"), "#1f60c4");
  assert.notEqual(ink("#56a64b", "light"), "#56a64b");
  assert.equal(ink("#73bf69", "dark"), "#73bf69");
});

test("adds an opacity to opaque colours only", () => {
  assert.equal(alpha("#73BF69", 0.5), "#73BF6980");
  assert.equal(alpha("#00000000", 0.5), "#00000000");
});
