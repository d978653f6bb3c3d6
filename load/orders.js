// Load: orders only. Settings: scenarios/settings.js.
import { only } from "./scenarios/scenarios.js";
import { options as optionsFor } from "./scenarios/options.js";
import { summary } from "./scenarios/summary.js";

export { orders } from "./scenarios/orders.js";

const shares = only("orders");
export const options = optionsFor(shares);
export const handleSummary = summary(shares);
