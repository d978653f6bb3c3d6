//! Open and closed state of a menu or pop-up below a button.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Disclosure<E extends HTMLElement> {
  open: boolean;
  setOpen: (open: boolean) => void;
  /** The element that contains the button and the pop-up. */
  box: RefObject<E | null>;
}

/** Closes on Escape, returning the focus to the button, on a click outside, and when the focus leaves. */
export function useDisclosure<E extends HTMLElement = HTMLDivElement>(): Disclosure<E> {
  const [open, setOpen] = useState(false);
  const box = useRef<E>(null);
  useEffect(() => {
    if (!open) return;
    const onOutside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    // Pressing on plain text inside the box focuses an ancestor, which is not outside.
    const onFocus = (event: FocusEvent) => {
      if (event.target instanceof Node && !event.target.contains(box.current)) onOutside(event);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      box.current?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
    };
    document.addEventListener("pointerdown", onOutside);
    document.addEventListener("focusin", onFocus);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onOutside);
      document.removeEventListener("focusin", onFocus);
      document.removeEventListener("keydown", onKey);
    };
  }, [open]);
  return { open, setOpen, box };
}
