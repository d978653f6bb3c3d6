//! Links to other sites and to dashboards.
import type { ComponentChildren } from "preact";

/** Opens a new tab. */
export function ExternalLink({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener">
      {children} <span aria-hidden="true">↗</span>
      <span class="hidden">(opens a new tab)</span>
    </a>
  );
}

/** The path of a dashboard, or of one of its panels alone. */
export function dashboardPath(uid: string, panel: number | null): string {
  return panel === null ? `/d/${uid}` : `/d/${uid}?viewPanel=${panel}`;
}
