// Everything that runs, each part with its share of the rate. See parts/settings.js for what can be set, parts/parts.js for
// the shares.
import { mix } from "./parts/parts.js";
import { options as optionsFor } from "./parts/options.js";
import { summary } from "./parts/summary.js";

export { echo } from "./parts/echo.js";
export { hello } from "./parts/hello.js";
export { orders } from "./parts/orders.js";

const shares = mix();
export const options = optionsFor(shares);
export const handleSummary = summary(shares);
