//! A value that components can subscribe to.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls the listener on each change. Returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
}

/** `onFirst` runs when the first listener subscribes; the function that it returns runs when the last unsubscribes. */
export function store<T>(initial: T, onFirst?: () => () => void): Store<T> {
  let value = initial;
  let end: (() => void) | undefined;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      if (listeners.size === 1) end = onFirst?.();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          end?.();
          end = undefined;
        }
      };
    },
  };
}

/** The current value. The component rerenders when it changes. */
export function useStore<T>(source: Store<T>): T {
  const [, draw] = useState(0);
  useEffect(() => {
    const seen = source.get();
    const end = source.subscribe(() => draw((count) => count + 1));
    if (!Object.is(seen, source.get())) draw((count) => count + 1);
    return end;
  }, [source]);
  return source.get();
}
