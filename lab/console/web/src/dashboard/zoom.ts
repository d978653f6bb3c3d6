//! How a panel moves its dashboard through time; none where a panel stands alone.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Zoom } from "./chart/frame";

export const ZoomContext = createContext<Zoom | null>(null);

export function useZoom(): Zoom | null {
  return useContext(ZoomContext);
}
