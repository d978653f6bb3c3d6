// Sends echoes through the edge and checks each response.
import http from "k6/http";
import { check } from "k6";
import { EDGE } from "./settings.js";

export function echo() {
  const message = `load-${__VU}-${__ITER}`;
  const response = http.get(`${EDGE}/echo?m=${message}`, { tags: { name: "echo" }, timeout: "10s" });
  check(response, {
    "echo: status is 200": (r) => r.status === 200,
    "echo: response repeats the message": (r) => typeof r.body === "string" && r.body.trim() === `Response: echo ${message}`,
  });
}
