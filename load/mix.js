// Load: every scenario whose tutorial runs, each with its share of the rate. Settings: scenarios/settings.js. Shares:
// scenarios/scenarios.js.
import { mix } from "./scenarios/scenarios.js";
import { options as optionsFor } from "./scenarios/options.js";
import { summary } from "./scenarios/summary.js";

export { echo } from "./scenarios/echo.js";
export { hello } from "./scenarios/hello.js";
export { orders } from "./scenarios/orders.js";

const shares = mix();
export const options = optionsFor(shares);
export const handleSummary = summary(shares);
