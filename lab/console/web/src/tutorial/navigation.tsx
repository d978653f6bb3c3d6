//! Navigation within a tutorial and between tutorials.
import { useEffect, useState } from "preact/hooks";
import type { TutorialHead } from "../api/types";
import type { Section } from "./sections";

/** The table of contents; `current` is the ID of the section being read. */
export function Contents({ sections, current }: { sections: readonly Section[]; current: string | null }) {
  return (
    <nav class="contents" aria-label="Contents">
      <details open={matchMedia("(min-width: 860px)").matches}>
        <summary>Contents</summary>
        <ol>
          {sections
            .filter((section) => section.title !== null)
            .map((section) => (
              <li key={section.id} class={section.kind}>
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

/** Share of the window's height above which a section counts as being read. */
const READING_LINE = 0.36;

/** ID of the section being read: the last one whose top is above the reading line. Null without sections. */
export function useCurrentSection(sections: readonly Section[]): string | null {
  const [current, setCurrent] = useState(sections[0]?.id ?? null);
  useEffect(() => {
    let frame: number | null = null;
    const update = (): void => {
      frame = null;
      setCurrent(currentSection(sections));
    };
    const schedule = (): void => {
      frame ??= requestAnimationFrame(update);
    };
    update();
    addEventListener("scroll", schedule, { passive: true });
    addEventListener("resize", schedule);
    return () => {
      removeEventListener("scroll", schedule);
      removeEventListener("resize", schedule);
      if (frame !== null) cancelAnimationFrame(frame);
    };
  }, [sections]);
  return current;
}

function currentSection(sections: readonly Section[]): string | null {
  const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 4;
  const line = atEnd ? innerHeight : innerHeight * READING_LINE;
  const top = (id: string): number => document.getElementById(id)?.getBoundingClientRect().top ?? Infinity;
  const above = sections.filter(({ id }) => top(id) < line);
  return (above.at(-1) ?? sections[0])?.id ?? null;
}

/** Links to the previous and the next tutorial, or to the overview. */
export function PreviousNext({ heads, number }: { heads: readonly TutorialHead[]; number: number }) {
  const previous = heads.find((head) => head.number === number - 1);
  const next = heads.find((head) => head.number === number + 1);
  return (
    <nav class="previous-next" aria-label="Other tutorials">
      {previous === undefined ? (
        <a href="/">← Overview</a>
      ) : (
        <a href={`/tutorials/${previous.number}`}>← {previous.title}</a>
      )}
      {next === undefined ? <a href="/">Overview →</a> : <a href={`/tutorials/${next.number}`}>{next.title} →</a>}
    </nav>
  );
}
