// Echoes through the edge, each reply checked.
import http from "k6/http";
import { check } from "k6";
import { EDGE } from "./settings.js";

export function echo() {
  const message = `load-${__VU}-${__ITER}`;
  const reply = http.get(`${EDGE}/echo?m=${message}`, { tags: { name: "echo" }, timeout: "10s" });
  check(reply, {
    "an echo's status is 200": (r) => r.status === 200,
    "its reply is the echo": (r) => typeof r.body === "string" && r.body.trim() === `Response: echo ${message}`,
  });
}
