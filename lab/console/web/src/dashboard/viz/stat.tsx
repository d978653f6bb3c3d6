import type { Single, StatOptions, ValuesView } from "../../api/dashboard";
import { alpha, color, ink, onColor, type Theme } from "../../theme/colors";
import { useTheme } from "../../theme/theme";
import { seriesColor } from "../value/color";
import { filled } from "../value/links";
import { shown } from "../value/shown";
import { PanelLink } from "./link";
import { Spark } from "./spark";

export function Stat({ view, options }: { view: ValuesView; options: StatOptions }) {
  const theme = useTheme();
  const wide = options.orientation === "vertical" ? "column" : "row";
  return (
    <div class="stats" data-direction={wide}>
      {view.values.map((single, index) => (
        <One
          key={single.config.name}
          single={single}
          index={index}
          alone={view.values.length === 1}
          options={options}
          theme={theme}
        />
      ))}
    </div>
  );
}

interface OneProps {
  single: Single;
  index: number;
  alone: boolean;
  options: StatOptions;
  theme: Theme;
}

function One({ single, index, alone, options, theme }: OneProps) {
  const { config, value, spark } = single;
  const figure = shown(value, config);
  const hue = figure.color ? color(figure.color, theme) : seriesColor(config, index, value, theme);
  const solid = options.color_mode === "background";
  const text = solid ? onColor(hue) : options.color_mode === "value" ? ink(hue, theme) : "";
  const named =
    options.text_mode === "name" || options.text_mode === "value_and_name" || (options.text_mode === "auto" && !alone);
  return (
    <div
      class="stat"
      data-justify={options.justify === "center" || alone ? "center" : "start"}
      data-name={config.name}
      data-last={value === null ? "" : String(value)}
      style={{ background: solid ? hue : "", color: text }}
    >
      {options.graph_mode === "area" && spark && (
        <Spark {...spark} color={solid ? alpha(onColor(hue), 0.6) : hue} min={config.min} max={null} />
      )}
      {named && <span class="stat-name">{config.name}</span>}
      {options.text_mode !== "name" && options.text_mode !== "none" && (
        <PanelLink
          links={filled(
            config.links,
            { names: [config.name], values: [value], texts: [figure.text + figure.suffix] },
            0,
          )}
        >
          <span class="stat-value" style={{ "--size": `${options.text?.value_size ?? 40}px` }}>
            {figure.text}
            <span class="stat-unit">{figure.suffix}</span>
          </span>
        </PanelLink>
      )}
    </div>
  );
}
