//! A section of a tutorial: its heading, text and commands; and its panels, in the text or beside it.
import { useEffect, useState } from "preact/hooks";
import { PanelView } from "../dashboard/panel/panel-view";
import { CommandView } from "./command";
import type { PanelBlock, Section } from "./sections";

interface Props {
  readonly section: Section;
  /** Shows the panels in the text. */
  readonly inlinePanels: boolean;
  /** Shows the buttons of commands. */
  readonly running: boolean;
}

export function SectionView({ section, inlinePanels, running }: Props) {
  return (
    <section id={section.id} class={`section ${section.kind}`}>
      {section.kind === "heading" && <h2>{section.title}</h2>}
      {section.blocks.map((block, index) => {
        switch (block.kind) {
          case "html":
            return <div key={index} class="prose" dangerouslySetInnerHTML={{ __html: block.html }} />;
          case "command":
            return <CommandView key={index} command={block} running={running} />;
          case "panel":
            return inlinePanels ? (
              <div key={index} class="inline-panel">
                <PanelView dashboard={block.dashboard} panel={block.panel} height={230} />
              </div>
            ) : null;
          default:
            return null;
        }
      })}
    </section>
  );
}

const WIDE = "(min-width: 1060px)";

/** True if the window has room for panels beside the text. */
export function useWide(): boolean {
  const [wide, setWide] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const query = matchMedia(WIDE);
    const update = (): void => setWide(query.matches);
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  return wide;
}

/** Live panels that stay visible while the text scrolls. */
export function SidePanels({ panels }: { panels: readonly PanelBlock[] }) {
  return (
    <aside class="side-panels" aria-label="Related panels">
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
