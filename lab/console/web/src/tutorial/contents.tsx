//! The table of contents.
import type { Section } from "./sections";

/** Headings, and the steps below them; the one being read is marked. */
export function Contents({ sections, current }: { sections: readonly Section[]; current: string | null }) {
  return (
    <nav class="contents" aria-label="Contents">
      <details open={matchMedia("(min-width: 1200px)").matches}>
        <summary>Contents</summary>
        <ol>
          {sections
            .filter((section) => section.title !== null)
            .map((section) => (
              <li key={section.id} class={section.is}>
                <a
                  href={`#${encodeURIComponent(section.id)}`}
                  aria-current={section.id === current ? "location" : undefined}
                >
                  {section.title}
                </a>
              </li>
            ))}
        </ol>
      </details>
    </nav>
  );
}
