//! One panel: its heading, its picture, and when it wants data.
import type { CSSProperties } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { PanelHead } from "../../api/dashboard";
import { useStore } from "../../api/store";
import { Badge } from "../../ui/badge";
import { Menu, type MenuItem } from "../../ui/menu";
import { Tip } from "../../ui/tip";
import { knownScheme } from "../chart/schemes";
import type { Session } from "../session";
import { linkTo } from "../viz/link";
import { drawn, PanelBody } from "./body";
import { dataLinks } from "./data-links";
import { Queries } from "./queries";

interface Props {
  head: PanelHead;
  session: Session;
  menu: MenuItem[];
  style?: CSSProperties;
  /** How deep its heading stands in the page. */
  level?: 2 | 3;
  /** Asked for at once, even if it is not in view yet. */
  eager?: boolean;
}

/** Panels this near to the view are asked for, too. */
const AHEAD = "200px 0px";

export function Panel({ head, session, menu, style, level = 3, eager = false }: Props) {
  const element = useRef<HTMLElement>(null);
  const heading = useId();
  const state = useStore(session.panel(head.id));
  const [queries, showQueries] = useState(false);
  const { state: progress, series } = drawn(state);

  useEffect(() => {
    const section = element.current;
    if (!section) return;
    if (eager) session.prepare(head.id, section.clientWidth);
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) session.show(head.id, section.clientWidth);
        else session.hide(head.id);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(section);
    return () => {
      observer.disconnect();
      session.hide(head.id);
    };
  }, [session, head.id, eager]);

  const missing = undrawn(head);
  const Heading = level === 2 ? "h2" : "h3";
  const items: MenuItem[] = [...menu, { text: "Queries", onPick: () => showQueries(true) }, ...dataLinks(state.data)];
  return (
    <section
      class="panel"
      ref={element}
      style={style}
      data-panel={head.id}
      data-kind={head.kind}
      data-state={progress}
      data-series={series}
      aria-labelledby={heading}
    >
      <header class="panel-head">
        <Heading id={heading} class="panel-title" title={head.title}>
          {head.title}
        </Heading>
        {head.description && <Tip label={`About ${head.title}`} text={head.description} />}
        {missing.length > 0 && (
          <Badge tone="warn" title={`Not drawn here: ${missing.join(", ")}`}>
            {missing.length} not drawn
          </Badge>
        )}
        <span class="panel-links">
          {head.links.map((link) => (
            <a key={link.url} {...linkTo(link)}>
              {link.title}
            </a>
          ))}
        </span>
        <Menu label={`Menu of ${head.title}`} items={items} align="end" icon={<Dots />} />
      </header>
      <div class="panel-body">
        <PanelBody head={head} state={state} />
      </div>
      {queries && <Queries head={head} data={state.data} onClose={() => showQueries(false)} />}
    </section>
  );
}

/** What the server named, and what only the drawing knows. */
function undrawn(head: PanelHead): string[] {
  const scheme =
    head.kind === "heatmap" && !knownScheme(head.options.scheme) ? [`colour scheme ${head.options.scheme}`] : [];
  return [...head.unknown, ...scheme];
}

function Dots() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 3.2v.1M8 8v.1M8 12.7v.1" stroke-width="2.4" />
    </svg>
  );
}
