//! Keyboard access to panels of several values, which scroll if the panel is too small for all of them.
import type { ValuesView } from "../../api/dashboard";

/** Attributes that make the element focusable, so that arrow keys scroll it. Empty for a single value. */
export function scrollable({ values }: ValuesView) {
  if (values.length < 2) return {};
  return { role: "group", tabIndex: 0, "aria-label": `${values.length} values` } as const;
}
