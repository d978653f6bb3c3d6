//! Throws a fault and takes it back; its new state comes as an event.
import { del, post } from "../api/client";
import type { Requests } from "./use-request";
import { useRequest } from "./use-request";

/** What a fault's buttons need. */
export interface FaultControl extends Pick<Requests, "busy" | "refused"> {
  readonly breakIt: (seconds: number) => void;
  readonly takeBack: () => void;
}

/** For the fault of this name. */
export function useFault(name: string): FaultControl {
  const { busy, refused, send } = useRequest();
  const address = `/api/faults/${name}`;
  return {
    busy,
    refused,
    breakIt: (seconds) => void send(post(address, { seconds })),
    takeBack: () => void send(del(address)),
  };
}
