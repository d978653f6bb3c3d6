import assert from "node:assert/strict";
import { test } from "node:test";
import { consolePath } from "./links";

test("maps dashboard URLs to the console and leaves other URLs alone", () => {
  assert.equal(consolePath("http://127.0.0.1:3000/d/grpc-client?viewPanel=3"), "/d/grpc-client?viewPanel=3");
  assert.equal(consolePath("http://127.0.0.1:9090/user/EchoSlow.md"), null);
  assert.equal(consolePath("http://127.0.0.1:3000/d/"), null);
  assert.equal(consolePath("http://"), null);
});
