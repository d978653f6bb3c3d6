//! What a person looks at on the map: by pointer, by keyboard, or pinned by a click; and the way along the flow.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Item } from "./flow";
import { keyOf } from "./flow";

/** What is looked at, and what to call when that changes. */
export interface Look {
  /** The item whose card is shown, by its key. */
  readonly shown: string | null;
  /** Whether the card stays when the pointer goes. */
  readonly pinned: boolean;
  /** The item that the Tab key reaches. */
  readonly reachable: string | null;
  readonly enter: (key: string) => void;
  readonly leave: () => void;
  readonly focus: (key: string) => void;
  readonly pin: (key: string) => void;
  readonly close: () => void;
  /** Moves along the flow; whether the key was one for that. */
  readonly key: (event: KeyboardEvent) => void;
}

/** What makes a shape on the map something that can be looked at. */
export function hand(look: Look, key: string) {
  return {
    "data-key": key,
    role: "button",
    // Lower case: an SVG element knows no other spelling.
    tabindex: look.reachable === key ? 0 : -1,
    "aria-expanded": look.pinned && look.shown === key,
    onMouseEnter: () => look.enter(key),
    onMouseLeave: look.leave,
    onFocus: () => look.focus(key),
    onBlur: look.leave,
    onClick: () => look.pin(key),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      look.pin(key);
    },
  } as const;
}

const LINGER_MS = 180;

/** Follows the pointer and the keyboard over these items; `focusItem` moves the focus to one. */
export function useLook(items: readonly Item[], focusItem: (key: string) => void): Look {
  const [hovered, setHovered] = useState<string | null>(null);
  const [pinnedKey, setPinned] = useState<string | null>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const keys = items.map(keyOf);
  const there = (key: string | null): string | null => (key !== null && keys.includes(key) ? key : null);
  const reachable = there(current) ?? keys[0] ?? null;

  const enter = useCallback((key: string) => {
    clearTimeout(timer.current);
    setHovered(key);
  }, []);
  const leave = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setHovered(null), LINGER_MS);
  }, []);
  const focus = useCallback((key: string) => {
    setCurrent(key);
    enter(key);
  }, []);
  const pin = useCallback((key: string) => {
    setCurrent(key);
    setPinned((before) => (before === key ? null : key));
  }, []);
  const close = useCallback(() => {
    setPinned(null);
    setHovered(null);
  }, []);

  const key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      close();
      return;
    }
    const target = step(event.key, keys, reachable);
    if (target === null) return;
    event.preventDefault();
    focusItem(target);
  };
  return {
    shown: there(pinnedKey) ?? there(hovered),
    pinned: there(pinnedKey) !== null,
    reachable,
    enter,
    leave,
    focus,
    pin,
    close,
    key,
  };
}

function step(key: string, keys: readonly string[], from: string | null): string | null {
  const at = from === null ? 0 : keys.indexOf(from);
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return keys[Math.min(at + 1, keys.length - 1)] ?? null;
    case "ArrowLeft":
    case "ArrowUp":
      return keys[Math.max(at - 1, 0)] ?? null;
    case "Home":
      return keys[0] ?? null;
    case "End":
      return keys.at(-1) ?? null;
    default:
      return null;
  }
}
