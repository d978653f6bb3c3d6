// The scenarios: the tutorial each requires, its share of the mix in percent, and its requests by name.
import { EDGE, HELLO, runs } from "./settings.js";

export const scenarios = {
  echo: { tutorial: "echo", share: 50, target: EDGE, requests: { echo: "echoes" } },
  orders: {
    tutorial: "order",
    share: 30,
    target: EDGE,
    requests: {
      "order create": "placed",
      "order get": "fetched",
      "order list": "lists",
      "order invalid": "rejected as expected",
    },
  },
  hello: { tutorial: "balancer", share: 20, target: HELLO, requests: { hello: "hellos" } },
};

// Shares of the scenarios whose tutorial runs. The echo gets the shares of the others.
export function mix() {
  const shares = {};
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (runs(scenario.tutorial)) shares[name] = scenario.share;
  }
  const unused = 100 - Object.values(shares).reduce((sum, share) => sum + share, 0);
  shares.echo += unused;
  return shares;
}

// All of the rate for one scenario.
export function only(name) {
  const { tutorial } = scenarios[name];
  if (!runs(tutorial)) {
    throw new Error(`SCRIPT=${name}: tutorial ${tutorial} is not running; start it with \`make up TUTORIAL=${tutorial}\``);
  }
  return { [name]: 100 };
}
