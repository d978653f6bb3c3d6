// Load: echoes only. Settings: scenarios/settings.js.
import { only } from "./scenarios/scenarios.js";
import { options as optionsFor } from "./scenarios/options.js";
import { summary } from "./scenarios/summary.js";

export { echo } from "./scenarios/echo.js";

const shares = only("echo");
export const options = optionsFor(shares);
export const handleSummary = summary(shares);
