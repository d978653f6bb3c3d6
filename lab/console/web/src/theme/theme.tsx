//! Light or dark theme: the system's preference unless the user has chosen another.
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

/** Switches the theme. Choosing the system's preference clears the stored choice. */
export function toggleTheme(): void {
  const next = theme.get() === "dark" ? "light" : "dark";
  if (next === preferred()) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  set(next);
}

/** Call once, before the first render. */
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

export function ThemeToggle() {
  const dark = useTheme() === "dark";
  return (
    <button
      type="button"
      class="icon-button"
      onClick={toggleTheme}
      aria-label={dark ? "Switch to light theme" : "Switch to dark theme"}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {dark ? (
          <path d="M8 4.5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM8 .8v1.7M8 13.5v1.7M.8 8h1.7M13.5 8h1.7M2.9 2.9l1.2 1.2M11.9 11.9l1.2 1.2M13.1 2.9l-1.2 1.2M4.1 11.9l-1.2 1.2" />
        ) : (
          <path d="M13.5 9.7A5.8 5.8 0 016.3 2.5a5.8 5.8 0 107.2 7.2z" />
        )}
      </svg>
    </button>
  );
}
