// The hello servers alone. See parts/settings.js for what can be set.
import { only } from "./parts/parts.js";
import { options as optionsFor } from "./parts/options.js";
import { summary } from "./parts/summary.js";

export { hello } from "./parts/hello.js";

const shares = only("hello");
export const options = optionsFor(shares);
export const handleSummary = summary(shares);
