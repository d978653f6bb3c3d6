// k6's options for some shares of the rate.
import { DURATION, RATE } from "./settings.js";
import { parts } from "./parts.js";

export function options(shares) {
  const scenarios = {};
  const counted = {};
  for (const [name, share] of Object.entries(shares)) {
    scenarios[name] = scenario(name, share);
    // k6 sums up by tag only what has a threshold.
    for (const request of Object.keys(parts[name].requests)) counted[`http_reqs{name:${request}}`] = ["count>=0"];
  }
  return {
    scenarios,
    thresholds: {
      checks: ["rate>0.99"],
      http_req_duration: ["p(95)<500"],
      dropped_iterations: ["count==0"],
      ...counted,
    },
    // Few and fixed, so that the series in Prometheus are, too: addresses and ids are no labels.
    systemTags: ["scenario", "group", "name", "method", "status", "check", "expected_response"],
    summaryTrendStats: ["min", "med", "avg", "p(90)", "p(95)", "p(99)", "max"],
    userAgent: "lookout-load",
  };
}

function scenario(name, share) {
  const rate = (RATE * share) / 100;
  return {
    exec: name,
    executor: "constant-arrival-rate",
    // By the minute: a share of a small rate need not be a whole number a second.
    rate: Math.round(rate * 60),
    timeUnit: "1m",
    duration: DURATION,
    // A slow reply must not hold the next request up: web-client lets a call take two seconds.
    preAllocatedVUs: Math.min(Math.ceil(rate * 2), 200),
    maxVUs: Math.ceil(rate * 3),
    gracefulStop: "5s",
  };
}
