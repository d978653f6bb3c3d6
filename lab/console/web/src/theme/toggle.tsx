import { toggleTheme, useTheme } from "./theme";

export function ThemeToggle() {
  const dark = useTheme() === "dark";
  return (
    <button
      type="button"
      class="icon-button"
      onClick={toggleTheme}
      aria-label={dark ? "Light colours" : "Dark colours"}
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
