// Echoes alone. See parts/settings.js for what can be set.
import { only } from "./parts/parts.js";
import { options as optionsFor } from "./parts/options.js";
import { summary } from "./parts/summary.js";

export { echo } from "./parts/echo.js";

const shares = only("echo");
export const options = optionsFor(shares);
export const handleSummary = summary(shares);
