//! Open or closed: what menus and pop-ups under a button share.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Disclosure<E extends HTMLElement> {
  open: boolean;
  setOpen: (open: boolean) => void;
  /** The element that holds the button and what it opens. */
  box: RefObject<E | null>;
}

/** Closes on Escape (focus goes back to the button), on a click outside, and when focus leaves. */
export function useDisclosure<E extends HTMLElement = HTMLDivElement>(): Disclosure<E> {
  const [open, setOpen] = useState(false);
  const box = useRef<E>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    // A press on plain text within the box moves the focus to whatever around it can have it.
    const left = (event: FocusEvent) => {
      if (event.target instanceof Node && !event.target.contains(box.current)) outside(event);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      box.current?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", left);
    document.addEventListener("keydown", key);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", left);
      document.removeEventListener("keydown", key);
    };
  }, [open]);
  return { open, setOpen, box };
}
