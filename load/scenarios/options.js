// k6 options for scenarios with these shares of the rate.
import { DURATION, RATE } from "./settings.js";
import { scenarios as definitions } from "./scenarios.js";

export function options(shares) {
  const scenarios = {};
  const counted = {};
  for (const [name, share] of Object.entries(shares)) {
    scenarios[name] = scenario(name, share);
    // k6 reports counts by tag only for tags with a threshold.
    for (const request of Object.keys(definitions[name].requests)) counted[`http_reqs{name:${request}}`] = ["count>=0"];
  }
  return {
    scenarios,
    thresholds: {
      checks: ["rate>0.99"],
      http_req_duration: ["p(95)<500"],
      dropped_iterations: ["count==0"],
      ...counted,
    },
    // Without URLs and IDs, to bound the number of series in Prometheus.
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
    // Per minute, because the rate must be an integer and a share of a small rate may be fractional per second.
    rate: Math.round(rate * 60),
    timeUnit: "1m",
    duration: DURATION,
    // Enough virtual users for slow responses: web-client allows a call two seconds.
    preAllocatedVUs: Math.min(Math.ceil(rate * 2), 200),
    maxVUs: Math.ceil(rate * 3),
    gracefulStop: "5s",
  };
}
