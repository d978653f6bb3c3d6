import assert from "node:assert/strict";
import { test } from "node:test";

// The module reads the address of the page.
Object.assign(globalThis, { location: { pathname: "/", search: "" } });
const { routeOf } = await import("./router");

test("finds the page of each address", () => {
  assert.deepEqual(routeOf("/"), { page: "overview" });
  assert.deepEqual(routeOf("/tutorials/1"), { page: "tutorial", number: 1 });
  assert.deepEqual(routeOf("/d/a%20b"), { page: "dashboard", uid: "a b" });
  assert.deepEqual(routeOf("/d/orders/a/b"), { page: "dashboard", uid: "orders" });
  assert.deepEqual(routeOf("/t"), { page: "traces" });
  assert.deepEqual(routeOf("/t/4bf9"), { page: "trace", trace: "4bf9" });
});

test("an address that the server refuses or cannot decode has no page", () => {
  const paths = [
    "/nosuch",
    "/tutorials",
    "/tutorials/",
    "/tutorials/1/",
    "/tutorials/1/x",
    "/tutorials/6",
    "/tutorials/01",
  ];
  for (const path of [...paths, "/d", "/d/", "/d/x/", "/d/%ff", "/d/x/%ff", "/t/", "/t/%", "/t/a/b", "//", "/%"]) {
    assert.deepEqual(routeOf(path), { page: "none" }, path);
  }
});
