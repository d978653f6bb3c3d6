// What the environment says.
//
//   RATE       requests a second, over all parts (20)
//   DURATION   for how long (60s)
//   TUTORIALS  what runs, as `make` knows it ("lab echo")
//   EDGE       where the edge is (http://envoy:10000)
//   HELLO      where the balancer of the hello servers is (http://tcp-balancer:3100)

export const EDGE = __ENV.EDGE || "http://envoy:10000";
export const HELLO = __ENV.HELLO || "http://tcp-balancer:3100";
export const RATE = positive("RATE", 20);
export const DURATION = __ENV.DURATION || "60s";

const tutorials = (__ENV.TUTORIALS || "lab echo").split(" ");

export const runs = (tutorial) => tutorials.includes(tutorial);

function positive(name, otherwise) {
  const value = Number(__ENV[name] || otherwise);
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`${name}=${__ENV[name]}: expected a whole number above 0`);
  }
  return value;
}
