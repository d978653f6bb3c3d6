//! How wide an element is, as it changes.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** The element's ref, and its inner width in pixels; null before the first look. */
export function useWidth(): [RefObject<HTMLDivElement | null>, number | null] {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState<number | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, width];
}
