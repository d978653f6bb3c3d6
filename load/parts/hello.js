// The hello servers through the balancer. Each request has a connection of its own, so that the balancer has one to place.
import http from "k6/http";
import { check } from "k6";
import { HELLO } from "./settings.js";

export function hello() {
  const reply = http.get(`${HELLO}/`, { headers: { connection: "close" }, tags: { name: "hello" }, timeout: "10s" });
  check(reply, {
    "a hello's status is 200": (r) => r.status === 200,
    "its reply is Hello World!": (r) => typeof r.body === "string" && r.body.trim() === "Hello World!",
  });
}
