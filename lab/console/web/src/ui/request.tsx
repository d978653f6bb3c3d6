//! A request sent by a button: its progress and its error.
import { useState } from "preact/hooks";
import { reason } from "../api/client";

export interface RequestState {
  readonly busy: boolean;
  /** The error of the last request; null if it succeeded. */
  readonly error: string | null;
  /** Resolves to null if the request fails. */
  readonly send: <T>(request: Promise<T>) => Promise<T | null>;
}

/** Tracks one request at a time; the error stays until the next one. */
export function useRequest(): RequestState {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const send = async <T,>(request: Promise<T>): Promise<T | null> => {
    setBusy(true);
    setError(null);
    try {
      return await request;
    } catch (error) {
      setError(reason(error));
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, send };
}

/** Renders nothing for null. */
export function ErrorText({ text }: { text: string | null }) {
  return text === null ? null : (
    <p class="error-text" role="alert">
      {text}
    </p>
  );
}
