// Echoes through the edge at a steady rate, each reply checked.
//
//   RATE      echoes a second (20)
//   DURATION  for how long (60s)
//   EDGE      where the edge is (http://envoy:10000)
import http from "k6/http";
import { check } from "k6";

const EDGE = __ENV.EDGE || "http://envoy:10000";
const RATE = positive("RATE", 20);
const DURATION = __ENV.DURATION || "60s";

export const options = {
  scenarios: {
    echo: {
      executor: "constant-arrival-rate",
      rate: RATE,
      timeUnit: "1s",
      duration: DURATION,
      // A slow echo must not hold the next one up: web-client lets one take two seconds.
      preAllocatedVUs: Math.min(RATE * 2, 200),
      maxVUs: RATE * 3,
      gracefulStop: "5s",
    },
  },
  thresholds: {
    checks: ["rate>0.99"],
    http_req_duration: ["p(95)<500"],
    dropped_iterations: ["count==0"],
  },
  // Few and fixed, so that the series in Prometheus are, too: the message is in the URL, not in a label.
  systemTags: ["scenario", "group", "name", "method", "status", "check", "expected_response"],
  summaryTrendStats: ["min", "med", "avg", "p(90)", "p(95)", "p(99)", "max"],
  userAgent: "lookout-load",
};

export default function () {
  const message = `load-${__VU}-${__ITER}`;
  const reply = http.get(`${EDGE}/echo?m=${message}`, { tags: { name: "echo" }, timeout: "10s" });
  check(reply, {
    "status is 200": (r) => r.status === 200,
    "reply is the echo": (r) => typeof r.body === "string" && r.body.trim() === `Response: echo ${message}`,
  });
}

export function handleSummary(data) {
  const value = (metric, of) => (data.metrics[metric] ? data.metrics[metric].values[of] : 0) || 0;
  const sent = value("http_reqs", "count");
  const failed = value("http_req_failed", "passes");
  const dropped = value("dropped_iterations", "count");
  const ms = (of) => `${value("http_req_duration", of).toFixed(1)} ms`;

  const lines = [
    "",
    `  sent      ${sent} echoes through ${EDGE}, ${value("http_reqs", "rate").toFixed(1)} a second (asked: ${RATE} a second for ${DURATION})`,
    `  failed    ${failed}${dropped ? `, and ${dropped} not sent in time` : ""}`,
    `  took      median ${ms("med")}, p95 ${ms("p(95)")}, p99 ${ms("p(99)")}, longest ${ms("max")}`,
    "",
    ...data.root_group.checks.map((c) => `  ${c.fails ? "✗" : "✓"} ${c.name}: ${c.passes} of ${c.passes + c.fails}`),
    ...thresholds(data).map((t) => `  ${t.ok ? "✓" : "✗"} ${t.name}`),
    "",
  ];
  return { stdout: lines.join("\n") + "\n" };
}

function thresholds(data) {
  return Object.entries(data.metrics).flatMap(([metric, { thresholds: of = {} }]) =>
    Object.entries(of).map(([name, { ok }]) => ({ name: `${metric} ${name}`, ok })),
  );
}

function positive(name, otherwise) {
  const value = Number(__ENV[name] || otherwise);
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`${name}=${__ENV[name]}: expected a whole number above 0`);
  }
  return value;
}
