// Settings from the environment, with their defaults:
//
//   RATE       requests per second of all scenarios together (20)
//   DURATION   of the load (60s)
//   TUTORIAL   the tutorials that run (all)
//   EDGE       address of the edge (http://envoy:10000)
//   HELLO      address of the balancer in front of the hello servers (http://tcp-balancer:3100)

export const EDGE = __ENV.EDGE || "http://envoy:10000";
export const HELLO = __ENV.HELLO || "http://tcp-balancer:3100";
export const RATE = positive("RATE", 20);
export const DURATION = duration("DURATION", "60s");

const selection = __ENV.TUTORIAL || "all";

// The echo tutorial always runs, and the influx tutorial includes the balancer.
export const runs = (tutorial) =>
  selection === "all" || tutorial === "echo" || tutorial === selection || (tutorial === "balancer" && selection === "influx");

function positive(name, fallback) {
  const value = Number(__ENV[name] || fallback);
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`${name}=${__ENV[name]}: expected a positive integer`);
  }
  return value;
}

function duration(name, fallback) {
  const value = __ENV[name] || fallback;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(value) || !/[1-9]/.test(value)) {
    throw new Error(`${name}=${value}: expected a duration, such as 60s or 1m30s`);
  }
  return value;
}
