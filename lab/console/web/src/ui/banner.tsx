//! A message about the page as a whole, above its content.
import type { ComponentChildren } from "preact";

/** Announced to screen readers when it appears. */
export function Banner({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <p class="banner" role="status" data-banner={name}>
      {children}
    </p>
  );
}
