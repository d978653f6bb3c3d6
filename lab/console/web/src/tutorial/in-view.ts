//! Which section a person reads: the last one whose top has passed the upper third of the window.
import { useEffect, useState } from "preact/hooks";
import type { Section } from "./sections";

/** The section's id; null where there is none. */
export function useInView(sections: readonly Section[]): string | null {
  const [current, setCurrent] = useState(sections[0]?.id ?? null);
  useEffect(() => {
    let frame: number | null = null;
    const look = (): void => {
      frame = null;
      setCurrent(read(sections));
    };
    const later = (): void => {
      frame ??= requestAnimationFrame(look);
    };
    look();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
      if (frame !== null) cancelAnimationFrame(frame);
    };
  }, [sections]);
  return current;
}

function read(sections: readonly Section[]): string | null {
  const line = innerHeight * 0.36;
  const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 4;
  const top = (id: string): number => document.getElementById(id)?.getBoundingClientRect().top ?? Infinity;
  const passed = sections.filter(({ id }) => top(id) < (atEnd ? innerHeight : line));
  return (passed.at(-1) ?? sections[0])?.id ?? null;
}
