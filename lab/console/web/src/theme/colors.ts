//! Grafana's named colours and palette in both themes.

export type Theme = "light" | "dark";

/** From super-light to dark. The light theme uses the next darker shade of each. */
const HUES: Record<string, [string, string, string, string, string, string]> = {
  red: ["#FFA6B0", "#FF7383", "#F2495C", "#E02F44", "#C4162A", "#AD0317"],
  orange: ["#FFCB7D", "#FFB357", "#FF9830", "#FF780A", "#FA6400", "#E55400"],
  yellow: ["#FFF899", "#FFEE52", "#FADE2A", "#F2CC0C", "#E0B400", "#CC9D00"],
  green: ["#C8F2C2", "#96D98D", "#73BF69", "#56A64B", "#37872D", "#19730E"],
  blue: ["#C0D8FF", "#8AB8FF", "#5794F2", "#3274D9", "#1F60C4", "#1250B0"],
  purple: ["#DEB6F2", "#CA95E5", "#B877D9", "#A352CC", "#8F3BB8", "#7C2EA3"],
};
const SHADES = ["super-light-", "light-", "", "semi-dark-", "dark-"];

/** Colours for canvases; the same values as in the style sheets. */
const PLAIN: Record<Theme, Record<string, string>> = {
  light: { text: "#24292e", panel: "#ffffff", quiet: "#5b636c", grid: "#e3e5e9", black: "#000000", white: "#ffffff" },
  dark: { text: "#d8dade", panel: "#181b1f", quiet: "#9ba0a8", grid: "#2a2d33", black: "#000000", white: "#ffffff" },
};

function named(theme: Theme): Record<string, string> {
  const step = theme === "light" ? 1 : 0;
  const hues = Object.entries(HUES).flatMap(([hue, steps]) =>
    SHADES.map((shade, index) => [shade + hue, steps[index + step] as string]),
  );
  return { ...Object.fromEntries(hues), ...PLAIN[theme], transparent: "#00000000" };
}

export const NAMED: Record<Theme, Record<string, string>> = { light: named("light"), dark: named("dark") };

/** Grafana's classic palette, by series index. */
const PALETTE = (
  "green semi-dark-yellow light-blue semi-dark-orange red blue purple #705DA0 dark-green yellow #447EBC #C15C17 #890F02 " +
  "#0A437C #6D1F62 #584477 #B7DBAB #F4D598 #70DBED #F9BA8F #F29191 #82B5D8 #E5A8E2 #AEA2E0 #629E51 #E5AC0E #64B0C8 #E0752D " +
  "#BF1B00 #0A50A1 #962D82 #614D93 #9AC48A #F2C96D #65C5DB #F9934E #EA6460 #5195CE #D683CE #806EB7"
).split(" ");

/** Resolves a Grafana colour name; returns other values unchanged. */
export function color(name: string, theme: Theme): string {
  return NAMED[theme][name] ?? name;
}

export function paletteColor(index: number, theme: Theme): string {
  return color(PALETTE[index % PALETTE.length] as string, theme);
}

/** Adds an opacity from 0 to 1 to a #rrggbb colour; returns other values unchanged. */
export function alpha(hex: string, share: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return hex;
  const byte = Math.round(Math.min(1, Math.max(0, share)) * 255);
  return hex + byte.toString(16).padStart(2, "0");
}

/** Black or white, whichever has the higher contrast on this background. */
export function onColor(hex: string): string {
  return luminance(hex) > 0.179 ? "#000000" : "#ffffff";
}

/** Minimum contrast of text by WCAG 2 AA. */
const MIN_CONTRAST = 4.5;
const STEPS = 20;

/** Darkens or lightens a colour until it is readable as text on a panel. */
export function ink(hex: string, theme: Theme): string {
  const background = luminance(PLAIN[theme].panel as string);
  const target = theme === "light" ? 0 : 255;
  const start = channels(hex);
  for (let step = 0; start && step < STEPS; step++) {
    const mixed = start.map((channel) => Math.round(channel + ((target - channel) * step) / STEPS));
    const text = `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
    const [high, low] = [luminance(text), background].sort((a, b) => b - a) as [number, number];
    if ((high + 0.05) / (low + 0.05) >= MIN_CONTRAST) return text;
  }
  return hex;
}

function channels(hex: string): number[] | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  return match ? match.slice(1).map((part) => parseInt(part, 16)) : null;
}

/** Relative luminance by WCAG; 0 for other formats than #rrggbb. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = (channels(hex) ?? []).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
