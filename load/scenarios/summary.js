// The summary at the end of a load: exact counts by scenario.
import { DURATION, RATE } from "./settings.js";
import { scenarios } from "./scenarios.js";

export const summary = (shares) => (data) => {
  const value = (metric, name) => data.metrics[metric]?.values[name] || 0;
  const failed = value("http_req_failed", "passes");
  const dropped = value("dropped_iterations", "count");
  const ms = (name) => `${value("http_req_duration", name).toFixed(1)} ms`;

  const lines = [
    "",
    `  sent      ${value("http_reqs", "count")} requests, ${value("http_reqs", "rate").toFixed(1)} per second (target: ${RATE} per second for ${DURATION})`,
    ...Object.keys(shares).map((name) => `  ${name.padEnd(10)}${counts(scenarios[name], value)} through ${scenarios[name].target}`),
    `  failed    ${failed}${dropped ? `, ${dropped} not sent in time` : ""}`,
    `  took      median ${ms("med")}, p95 ${ms("p(95)")}, p99 ${ms("p(99)")}, max ${ms("max")}`,
    "",
    ...data.root_group.checks.map((c) => `  ${c.fails ? "✗" : "✓"} ${c.name}: ${c.passes} of ${c.passes + c.fails}`),
    ...thresholds(data).map((t) => `  ${t.ok ? "✓" : "✗"} ${t.name}`),
    "",
  ];
  return { stdout: lines.join("\n") + "\n" };
};

// `600 echoes`, or `360: 144 placed, …`.
function counts({ requests }, value) {
  const counted = Object.entries(requests).map(([name, word]) => [value(`http_reqs{name:${name}}`, "count"), word]);
  const words = counted.map(([count, word]) => `${count} ${word}`).join(", ");
  if (counted.length === 1) return words;
  return `${counted.reduce((sum, [count]) => sum + count, 0)} (${words})`;
}

// Omits the thresholds that only make k6 count requests.
function thresholds(data) {
  return Object.entries(data.metrics)
    .filter(([metric]) => !metric.startsWith("http_reqs{"))
    .flatMap(([metric, { thresholds: of = {} }]) =>
      Object.entries(of).map(([name, { ok }]) => ({ name: `${metric} ${name}`, ok })),
    );
}
