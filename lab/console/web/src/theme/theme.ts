//! Light or dark: the system's choice, unless this browser's user made another.
import { store, useStore } from "../api/store";
import { NAMED, type Theme } from "./colors";

const KEY = "theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const theme = store<Theme>(chosen() ?? preferred());

function preferred(): Theme {
  return system.matches ? "dark" : "light";
}

function chosen(): Theme | null {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : null;
}

export function useTheme(): Theme {
  return useStore(theme);
}

/** Switches between the two; back at the system's own, the choice is forgotten. */
export function toggleTheme(): void {
  const next = theme.get() === "dark" ? "light" : "dark";
  if (next === preferred()) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  set(next);
}

/** Called once, before the first drawing. */
export function applyTheme(): void {
  system.addEventListener("change", () => set(chosen() ?? preferred()));
  set(theme.get());
}

function set(next: Theme): void {
  const root = document.documentElement;
  root.dataset.theme = next;
  for (const [name, hex] of Object.entries(NAMED[next])) root.style.setProperty(`--g-${name}`, hex);
  theme.set(next);
}
