import { render } from "preact";
import { App } from "./app/app";
import { applyTheme } from "./theme/theme";
import "./styles/base.css";
import "./styles/ui.css";
import "./styles/overlays.css";
import "./styles/shell.css";

applyTheme();
const root = document.getElementById("app");
if (root) render(<App />, root);
