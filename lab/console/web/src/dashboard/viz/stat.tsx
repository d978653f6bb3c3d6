//! The stat panel: large values, optionally with a sparkline.
import type { Single, StatOptions, ValuesView } from "../../api/dashboard";
import { alpha, ink, onColor, type Theme } from "../../theme/colors";
import { useTheme } from "../../theme/theme";
import { display, displayColor } from "../value/display";
import { interpolateLinks, ValueLink } from "../value/links";
import { scrollable } from "./scroll";

export function Stat({ view, options }: { view: ValuesView; options: StatOptions }) {
  const theme = useTheme();
  const wide = options.orientation === "vertical" ? "column" : "row";
  return (
    <div class="stats" data-direction={wide} data-many={view.values.length > 1} {...scrollable(view)}>
      {view.values.map((single, index) => (
        <StatValue
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

interface StatValueProps {
  single: Single;
  index: number;
  alone: boolean;
  options: StatOptions;
  theme: Theme;
}

function StatValue({ single, index, alone, options, theme }: StatValueProps) {
  const { config, value, spark } = single;
  const displayed = display(value, config);
  const hue = displayColor(displayed, config, index, value, theme);
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
        <Spark {...spark} color={solid ? alpha(onColor(hue), 0.6) : hue} min={config.min} max={config.max} />
      )}
      {named && <span class="stat-name">{config.name}</span>}
      {options.text_mode !== "name" && options.text_mode !== "none" && (
        <ValueLink
          links={interpolateLinks(
            config.links,
            { names: [config.name], values: [value], texts: [displayed.text + displayed.suffix] },
            0,
          )}
        >
          <span class="stat-value" style={{ "--size": `${options.text?.value_size ?? 40}px` }}>
            {displayed.text}
            <span class="stat-unit">{displayed.suffix}</span>
          </span>
        </ValueLink>
      )}
    </div>
  );
}

interface SparkProps {
  times: number[];
  values: (number | null)[];
  color: string;
  min: number | null;
  max: number | null;
}

const WIDTH = 1000;
const HEIGHT = 100;

export function Spark({ times, values, color, min, max }: SparkProps) {
  const line = path(times, values, min, max);
  if (!line) return null;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={line.area} fill={color} opacity="0.2" />
      <path d={line.stroke} fill="none" stroke={color} stroke-width="1.2" vector-effect="non-scaling-stroke" />
    </svg>
  );
}

function path(times: number[], values: (number | null)[], min: number | null, max: number | null) {
  const first = times[0];
  const last = times.at(-1);
  const present = values.filter((value) => value !== null);
  if (first === undefined || last === undefined || last === first || present.length < 2) return null;
  const low = Math.min(min ?? Infinity, ...present);
  const high = Math.max(...(max === null ? present : [max, ...present]));
  const span = high - low || 1;
  const flat = high === low;
  let stroke = "";
  let area = "";
  let start: number | null = null;
  let x = 0;
  values.forEach((value, index) => {
    if (value === null) {
      if (start !== null) area += `L${x} ${HEIGHT}L${start} ${HEIGHT}Z`;
      start = null;
      return;
    }
    x = Math.round((((times[index] ?? first) - first) / (last - first)) * WIDTH * 10) / 10;
    const y = flat ? HEIGHT - 1 : Math.round((HEIGHT - 1 - ((value - low) / span) * (HEIGHT - 4)) * 10) / 10;
    const step = `${start === null ? "M" : "L"}${x} ${y}`;
    start ??= x;
    stroke += step;
    area += step;
  });
  if (start !== null) area += `L${x} ${HEIGHT}L${start} ${HEIGHT}Z`;
  return { stroke, area };
}
