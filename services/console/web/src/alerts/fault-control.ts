//! Throws a fault and takes it back, and keeps what the server refused it for.
import { useState } from "preact/hooks";
import { del, post, reason } from "../api/client";

/** What a fault's buttons need. */
export interface FaultControl {
  /** A request is under way. */
  readonly busy: boolean;
  /** Why the last one was refused, or null. */
  readonly refused: string | null;
  readonly breakIt: (seconds: number) => void;
  readonly takeBack: () => void;
}

/** For the fault of this name; its new state comes as an event. */
export function useFault(name: string): FaultControl {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const send = async (request: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setRefused(null);
    try {
      await request();
    } catch (error) {
      setRefused(reason(error));
    } finally {
      setBusy(false);
    }
  };
  const address = `/api/faults/${name}`;
  return {
    busy,
    refused,
    breakIt: (seconds) => void send(() => post(address, { seconds })),
    takeBack: () => void send(() => del(address)),
  };
}
