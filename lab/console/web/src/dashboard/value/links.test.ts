import assert from "node:assert/strict";
import { test } from "node:test";
import { interpolateLinks } from "./links";

const row = { names: ["Method", "Rate"], values: ["proto.Echo/Say", 12.5], texts: ["proto.Echo/Say", "12.5 req/s"] };
const url = (text: string, column = 1) => interpolateLinks([{ title: "t", url: text }], row, column)[0]?.url;

test("interpolates the value and its text, URL-encoded", () => {
  assert.equal(url("/t?min=${__value.raw}"), "/t?min=12.5");
  assert.equal(url("/t?min=${__value.text}"), "/t?min=12.5%20req%2Fs");
});

test("finds other fields of the row by name and by index", () => {
  assert.equal(url("/t?m=${__data.fields.Method}"), "/t?m=proto.Echo%2FSay");
  assert.equal(url('/t?m=${__data.fields["Method"]:percentencode}'), "/t?m=proto.Echo%2FSay");
  assert.equal(url("/t?m=${__data.fields[0]}"), "/t?m=proto.Echo%2FSay");
});

test("replaces an unknown field by an empty string", () => {
  assert.equal(url("/t?m=${__data.fields.Job}"), "/t?m=");
});
