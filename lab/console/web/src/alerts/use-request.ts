//! A request that a button sends: whether it is under way, and what it was refused for.
import { useState } from "preact/hooks";
import { reason } from "../api/client";

/** One request at a time; its outcome stays until the next. */
export interface Requests {
  readonly busy: boolean;
  /** Why the last one failed, or null. */
  readonly refused: string | null;
  /** Null where it failed. */
  readonly send: <T>(request: Promise<T>) => Promise<T | null>;
}

export function useRequest(): Requests {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const send = async <T>(request: Promise<T>): Promise<T | null> => {
    setBusy(true);
    setRefused(null);
    try {
      return await request;
    } catch (error) {
      setRefused(reason(error));
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, send };
}
