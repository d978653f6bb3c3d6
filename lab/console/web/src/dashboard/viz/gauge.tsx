//! The gauge panel.
import type { GaugeOptions, Single, ValuesView } from "../../api/dashboard";
import { color, type Theme } from "../../theme/colors";
import { useTheme } from "../../theme/theme";
import { formatText } from "../../ui/format/number";
import { display, displayColor, thresholdLimits } from "../value/display";
import { scrollable } from "./scroll";

/** Degrees. The arc is open at the bottom. */
const START = -225;
const SWEEP = 270;
const CENTER = 100;
const RADIUS = 78;

export function Gauge({ view, options }: { view: ValuesView; options: GaugeOptions }) {
  const theme = useTheme();
  return (
    <div class="gauges" {...scrollable(view)}>
      {view.values.map((single, index) => (
        <SingleGauge key={single.config.name} single={single} index={index} options={options} theme={theme} />
      ))}
    </div>
  );
}

function SingleGauge({
  single,
  index,
  options,
  theme,
}: {
  single: Single;
  index: number;
  options: GaugeOptions;
  theme: Theme;
}) {
  const { config, value } = single;
  const min = config.min ?? 0;
  const max = config.max ?? 100;
  const share = value === null ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min || 1)));
  const displayed = display(value, config);
  const hue = displayColor(displayed, config, index, value, theme);
  return (
    <figure class="gauge" data-name={config.name} data-last={value === null ? "" : String(value)}>
      <svg viewBox="0 0 200 175" role="img" aria-label={`${config.name}: ${displayed.text}${displayed.suffix}`}>
        <path d={arc(0, 1, RADIUS)} class="gauge-track" />
        {share > 0 && <path d={arc(0, share, RADIUS)} class="gauge-value" stroke={hue} />}
        {options.show_markers &&
          bands(config.thresholds, min, max).map(({ from, to, name }) => (
            <path key={from} d={arc(from, to, RADIUS + 14)} class="gauge-marker" stroke={color(name, theme)} />
          ))}
        <text x={CENTER} y={CENTER + 12} fill={hue} class="gauge-text">
          {displayed.text}
          {displayed.suffix}
        </text>
        {options.show_labels && (
          <>
            <text x="34" y="172" class="gauge-label">
              {formatText(min, config.unit, config.decimals)}
            </text>
            <text x="166" y="172" class="gauge-label">
              {formatText(max, config.unit, config.decimals)}
            </text>
          </>
        )}
      </svg>
      <figcaption>{config.name}</figcaption>
    </figure>
  );
}

function bands(thresholds: Parameters<typeof thresholdLimits>[0], min: number, max: number) {
  const steps = thresholdLimits(thresholds, min, max);
  const share = (at: number) => Math.min(1, Math.max(0, (at - min) / (max - min || 1)));
  return steps
    .map(({ at, color: name }, index) => ({ from: share(at), to: share(steps[index + 1]?.at ?? max), name }))
    .filter(({ from, to }) => to > from);
}

function arc(from: number, to: number, radius: number): string {
  const [x0, y0] = point(from, radius);
  const [x1, y1] = point(to, radius);
  const large = (to - from) * SWEEP > 180 ? 1 : 0;
  return `M${x0} ${y0}A${radius} ${radius} 0 ${large} 1 ${x1} ${y1}`;
}

function point(share: number, radius: number): [number, number] {
  const angle = ((START + share * SWEEP) * Math.PI) / 180;
  return [round(CENTER + radius * Math.cos(angle)), round(CENTER + radius * Math.sin(angle))];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
