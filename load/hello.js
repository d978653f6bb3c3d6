// Load: the hello servers only. Settings: scenarios/settings.js.
import { only } from "./scenarios/scenarios.js";
import { options as optionsFor } from "./scenarios/options.js";
import { summary } from "./scenarios/summary.js";

export { hello } from "./scenarios/hello.js";

const shares = only("hello");
export const options = optionsFor(shares);
export const handleSummary = summary(shares);
