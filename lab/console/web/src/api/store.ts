//! A value that components can watch.
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls back on each change; returns what ends it. */
  subscribe(listener: () => void): () => void;
}

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

/** The store's newest value; the component is drawn again when it changes. */
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
