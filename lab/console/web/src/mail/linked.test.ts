import assert from "node:assert/strict";
import { test } from "node:test";
import { dashboard } from "./linked";

test("a dashboard's address leads to the same one here, others stay what they are", () => {
  assert.equal(dashboard("http://127.0.0.1:3000/d/grpc-client?viewPanel=3"), "/d/grpc-client?viewPanel=3");
  assert.equal(dashboard("http://127.0.0.1:9090/user/EchoSlow.md"), null);
  assert.equal(dashboard("http://127.0.0.1:3000/d/"), null);
  assert.equal(dashboard("http://"), null);
});
