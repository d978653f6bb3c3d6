//! The grid of panels and collapsible rows.
import { useMemo, useState } from "preact/hooks";
import type { Dashboard, PanelHead } from "../api/dashboard";
import type { MenuItem } from "../ui/menu";
import { placePanels } from "./layout";
import { Panel } from "./panel/panel";
import type { Session } from "./session";

interface Props {
  dashboard: Dashboard;
  session: Session;
  menu: (head: PanelHead) => MenuItem[];
}

const COLUMNS = 24;

export function Grid({ dashboard, session, menu }: Props) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(
    () => new Set(dashboard.panels.filter(({ kind, collapsed }) => kind === "row" && collapsed).map(({ id }) => id)),
  );
  const places = useMemo(() => placePanels(dashboard.panels, collapsed), [dashboard.panels, collapsed]);
  const firstRow = places.find(({ head }) => head.kind === "row")?.y ?? Infinity;
  const toggle = (id: number) => {
    const next = new Set(collapsed);
    if (!next.delete(id)) next.add(id);
    setCollapsed(next);
  };
  return (
    <div class="grid">
      {places.map(({ head, y, open }) => {
        const { x, w, h } = head.grid;
        if (head.kind === "row") {
          return (
            <h2 class="row-head" key={head.id} style={{ gridArea: `${y + 1} / 1 / span 1 / span ${COLUMNS}` }}>
              <button type="button" aria-expanded={open} data-row={head.id} onClick={() => toggle(head.id)}>
                <svg class="caret" viewBox="0 0 10 6" aria-hidden="true">
                  <path d="M1 1l4 4 4-4" />
                </svg>
                {head.title}
              </button>
            </h2>
          );
        }
        const inRow = y > firstRow;
        const area = `${y + 1} / ${x + 1} / span ${h} / span ${w}`;
        return (
          <Panel
            key={head.id}
            head={head}
            session={session}
            menu={menu(head)}
            style={{ gridArea: area, "--rows": String(h) }}
            level={inRow ? 3 : 2}
          />
        );
      })}
    </div>
  );
}
