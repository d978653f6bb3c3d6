import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "./parser";

const TEXT =
  ': following\nretry: 1000\n\nevent: map\ndata: {"a":1}\n\n: \n\nevent: mails\r\ndata: [\r\ndata:]\r\n\r\ndata\n\n';
const EVENTS = [
  { name: "map", data: '{"a":1}' },
  { name: "mails", data: "[\n]" },
  { name: "message", data: "" },
];

test("parses events, and ignores comments and other fields", () => {
  assert.deepEqual(new EventParser().push(TEXT), EVENTS);
});

test("parses the same events in pieces of any length", () => {
  for (let length = 1; length < TEXT.length; length += 1) {
    const parser = new EventParser();
    const pieces = TEXT.match(new RegExp(`[^]{1,${length}}`, "g")) ?? [];
    assert.deepEqual(
      pieces.flatMap((piece) => parser.push(piece)),
      EVENTS,
      `pieces of ${length}`,
    );
  }
});
