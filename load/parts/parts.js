// The parts of the load: what each needs to run, its share of the mix in percent, and its requests by name.
import { EDGE, HELLO, runs } from "./settings.js";

export const parts = {
  echo: { tutorial: "echo", share: 50, through: EDGE, requests: { echo: "echoes" } },
  orders: {
    tutorial: "order",
    share: 30,
    through: EDGE,
    requests: {
      "order create": "placed",
      "order get": "looked at",
      "order list": "lists",
      "order invalid": "refused as they should be",
    },
  },
  hello: { tutorial: "balancer", share: 20, through: HELLO, requests: { hello: "hellos" } },
};

// The share of each part of the mix that can run; what the others leave goes to the echo.
export function mix() {
  const shares = {};
  for (const [name, part] of Object.entries(parts)) {
    if (runs(part.tutorial)) shares[name] = part.share;
  }
  const left = 100 - Object.values(shares).reduce((sum, share) => sum + share, 0);
  shares.echo += left;
  return shares;
}

// One part and nothing else.
export function only(name) {
  const { tutorial } = parts[name];
  if (!runs(tutorial)) {
    throw new Error(`SCRIPT=${name}: the tutorial ${tutorial} does not run; start it with \`make up TUTORIAL=${tutorial}\``);
  }
  return { [name]: 100 };
}
