//! The panels beside the text.
import { useEffect, useState } from "preact/hooks";
import { PanelView } from "../dashboard/panel-view";
import type { PanelPlace } from "./sections";

const WIDE = "(min-width: 1060px)";

/** Whether there is room for a column beside the text. */
export function useWide(): boolean {
  const [wide, setWide] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const query = matchMedia(WIDE);
    const changed = (): void => setWide(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return wide;
}

/** Live, and in sight while the text scrolls. */
export function Panels({ panels }: { panels: readonly PanelPlace[] }) {
  return (
    <aside class="beside" aria-label="Panels that show it">
      {panels.map(({ dashboard, panel }) => (
        <PanelView
          key={`${dashboard} ${panel}`}
          dashboard={dashboard}
          panel={panel}
          height={panels.length > 2 ? 210 : 250}
        />
      ))}
    </aside>
  );
}
