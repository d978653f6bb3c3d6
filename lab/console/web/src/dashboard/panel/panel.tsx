//! A panel: heading, menu and content. Loads data while it is visible.
import type { CSSProperties } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { PanelHead } from "../../api/dashboard";
import { useStore } from "../../api/store";
import { Badge } from "../../ui/badge";
import { Menu, type MenuItem } from "../../ui/menu";
import { Tip } from "../../ui/tip";
import { isKnownScheme } from "../chart/heat";
import type { Session } from "../session";
import { linkAttributes, seriesLinks } from "../value/links";
import { PanelBody, progressOf } from "./body";
import { Queries } from "./queries";

interface Props {
  head: PanelHead;
  session: Session;
  menu: MenuItem[];
  style?: CSSProperties;
  /** The level of its heading. */
  level?: 2 | 3;
  /** Loads the data before the panel is visible. */
  eager?: boolean;
}

/** Panels this close to the viewport count as visible. */
const VIEWPORT_MARGIN = "200px 0px";

export function Panel({ head, session, menu, style, level = 3, eager = false }: Props) {
  const element = useRef<HTMLElement>(null);
  const heading = useId();
  const state = useStore(session.panel(head.id));
  const [queries, showQueries] = useState(false);
  const { progress, series } = progressOf(state);

  useEffect(() => {
    const section = element.current;
    if (!section) return;
    if (eager) session.preload(head.id, section.clientWidth);
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) session.show(head.id, section.clientWidth);
        else session.hide(head.id);
      },
      { rootMargin: VIEWPORT_MARGIN },
    );
    observer.observe(section);
    return () => {
      observer.disconnect();
      session.hide(head.id);
    };
  }, [session, head.id, eager]);

  const unsupported = unsupportedOptions(head);
  const Heading = level === 2 ? "h2" : "h3";
  const items: MenuItem[] = [...menu, { text: "Queries", onPick: () => showQueries(true) }, ...seriesLinks(state.data)];
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
        {unsupported.length > 0 && (
          <Badge tone="warn" title={`Not supported: ${unsupported.join(", ")}`}>
            {unsupported.length}
            <span class="badge-word"> unsupported</span>
          </Badge>
        )}
        <span class="panel-links">
          {head.links.map((link) => (
            <a key={link.url} {...linkAttributes(link)}>
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

/** Options that the server or the pages do not support, by name. */
function unsupportedOptions(head: PanelHead): string[] {
  const scheme =
    head.kind === "heatmap" && !isKnownScheme(head.options.scheme) ? [`colour scheme ${head.options.scheme}`] : [];
  return [...head.unknown, ...scheme];
}

function Dots() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 3.2v.1M8 8v.1M8 12.7v.1" stroke-width="2.4" />
    </svg>
  );
}
