//! The bar gauge panel.
import type { BarGaugeOptions, Config, ValuesView } from "../../api/dashboard";
import { alpha, color, ink, type Theme } from "../../theme/colors";
import { useTheme } from "../../theme/theme";
import { display, displayColor, thresholdLimits } from "../value/display";
import { scrollable } from "./scroll";

const CELLS = 40;

export function BarGauge({ view, options }: { view: ValuesView; options: BarGaugeOptions }) {
  const theme = useTheme();
  const highest = Math.max(...view.values.map(({ value }) => value ?? 0));
  const vertical = options.orientation === "vertical";
  return (
    <div class="bars" data-vertical={vertical} {...scrollable(view)}>
      {view.values.map(({ config, value }, index) => {
        const min = config.min ?? 0;
        const max = config.max ?? Math.max(highest, min + 1);
        const share = value === null ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min || 1)));
        const displayed = display(value, config);
        const hue = displayColor(displayed, config, index, value, theme);
        return (
          <div class="bar" key={config.name} data-name={config.name} data-last={value === null ? "" : String(value)}>
            <span class="bar-name">{config.name}</span>
            <span class="bar-track">
              {options.display === "lcd" ? (
                <Cells config={config} share={share} theme={theme} hue={hue} />
              ) : (
                <span
                  class="bar-fill"
                  style={{
                    [vertical ? "height" : "width"]: `${share * 100}%`,
                    background: fillBackground(options, config, hue, theme, vertical),
                  }}
                />
              )}
            </span>
            <span class="bar-value" style={{ color: ink(hue, theme) }}>
              {displayed.text}
              {displayed.suffix}
            </span>
          </div>
        );
      })}
    </div>
  );
}

function fillBackground(
  { display }: BarGaugeOptions,
  config: Config,
  hue: string,
  theme: Theme,
  vertical: boolean,
): string {
  if (display === "basic") return alpha(hue, 0.35);
  const first = color(config.thresholds.steps[0]?.color ?? "green", theme);
  return `linear-gradient(${vertical ? "to top" : "to right"}, ${alpha(first, 0.6)}, ${hue})`;
}

/** Cells lit up to the value, each in the colour of its threshold. */
function Cells({ config, share, theme, hue }: { config: Config; share: number; theme: Theme; hue: string }) {
  const min = config.min ?? 0;
  const max = config.max ?? 100;
  const steps = thresholdLimits(config.thresholds, min, max);
  return (
    <>
      {Array.from({ length: CELLS }, (_, cell) => {
        const at = min + ((max - min) * (cell + 0.5)) / CELLS;
        const name = config.color.mode === "thresholds" ? steps.findLast((step) => at >= step.at)?.color : undefined;
        const lit = (cell + 0.5) / CELLS <= share;
        return (
          <span
            class="bar-cell"
            key={cell}
            style={{ background: alpha(name ? color(name, theme) : hue, lit ? 0.9 : 0.12) }}
          />
        );
      })}
    </>
  );
}
