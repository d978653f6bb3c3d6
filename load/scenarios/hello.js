// Calls the hello servers through the balancer. Each request uses a new connection, so that the balancer assigns a backend.
import http from "k6/http";
import { check } from "k6";
import { HELLO } from "./settings.js";

export function hello() {
  const response = http.get(`${HELLO}/`, { headers: { connection: "close" }, tags: { name: "hello" }, timeout: "10s" });
  check(response, {
    "hello: status is 200": (r) => r.status === 200,
    "hello: response is Hello World!": (r) => typeof r.body === "string" && r.body.trim() === "Hello World!",
  });
}
