//! Selection in the diagram: by pointer, by keyboard along the request order, or pinned by a click.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Item } from "./order";
import { keyOf } from "./order";

export interface Selection {
  /** Key of the item whose card is shown. */
  readonly shown: string | null;
  /** True if the card stays when the pointer leaves. */
  readonly pinned: boolean;
  /** Key of the item in the tab order. */
  readonly tabStop: string | null;
  readonly enter: (key: string) => void;
  readonly leave: () => void;
  readonly focus: (key: string) => void;
  readonly pin: (key: string) => void;
  readonly close: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Attributes that make an SVG element selectable under this key. */
export function selectable(selection: Selection, key: string) {
  return {
    "data-key": key,
    role: "button",
    // SVG attributes are case-sensitive.
    tabindex: selection.tabStop === key ? 0 : -1,
    "aria-expanded": selection.pinned && selection.shown === key,
    onMouseEnter: () => selection.enter(key),
    onMouseLeave: selection.leave,
    onFocus: () => selection.focus(key),
    onBlur: selection.leave,
    onClick: () => selection.pin(key),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      selection.pin(key);
    },
  } as const;
}

/** Time for the pointer to move from an item to its card. */
const LEAVE_DELAY_MS = 180;

/** `focusItem` moves the focus to the item with this key. */
export function useSelection(items: readonly Item[], focusItem: (key: string) => void): Selection {
  const [hovered, setHovered] = useState<string | null>(null);
  const [pinnedKey, setPinned] = useState<string | null>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const keys = items.map(keyOf);
  const existing = (key: string | null): string | null => (key !== null && keys.includes(key) ? key : null);
  const tabStop = existing(current) ?? keys[0] ?? null;

  const enter = useCallback((key: string) => {
    clearTimeout(timer.current);
    setHovered(key);
  }, []);
  const leave = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setHovered(null), LEAVE_DELAY_MS);
  }, []);
  const focus = useCallback((key: string) => {
    setCurrent(key);
    enter(key);
  }, []);
  const pin = useCallback((key: string) => {
    setCurrent(key);
    setPinned((pinned) => (pinned === key ? null : key));
  }, []);
  const close = useCallback(() => {
    setPinned(null);
    setHovered(null);
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      close();
      return;
    }
    const target = keyTarget(event.key, keys, tabStop);
    if (target === null) return;
    event.preventDefault();
    focusItem(target);
  };
  return {
    shown: existing(pinnedKey) ?? existing(hovered),
    pinned: existing(pinnedKey) !== null,
    tabStop,
    enter,
    leave,
    focus,
    pin,
    close,
    onKeyDown,
  };
}

/** The item that an arrow key, Home or End moves to; null for other keys. */
function keyTarget(key: string, keys: readonly string[], from: string | null): string | null {
  const index = from === null ? 0 : keys.indexOf(from);
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return keys[Math.min(index + 1, keys.length - 1)] ?? null;
    case "ArrowLeft":
    case "ArrowUp":
      return keys[Math.max(index - 1, 0)] ?? null;
    case "Home":
      return keys[0] ?? null;
    case "End":
      return keys.at(-1) ?? null;
    default:
      return null;
  }
}
