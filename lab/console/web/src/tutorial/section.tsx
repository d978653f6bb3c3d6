//! One section: its heading, text, commands, and on narrow screens its panels.
import { PanelView } from "../dashboard/panel-view";
import { CommandView } from "./command";
import type { Part, Section } from "./sections";

interface Props {
  readonly section: Section;
  /** Panels stand in the text. */
  readonly withPanels: boolean;
  /** Whether there is a tutorial that buttons could act on. */
  readonly started: boolean;
}

/** A section with its id, which the contents link to. */
export function SectionView({ section, withPanels, started }: Props) {
  return (
    <section id={section.id} class={`section ${section.is}`}>
      {section.is === "heading" && <h2>{section.title}</h2>}
      {section.parts.map((part, index) => (
        <PartView key={index} part={part} withPanels={withPanels} started={started} />
      ))}
    </section>
  );
}

function PartView({ part, withPanels, started }: { part: Part; withPanels: boolean; started: boolean }) {
  switch (part.kind) {
    case "html":
      return <div class="prose" dangerouslySetInnerHTML={{ __html: part.html }} />;
    case "command":
      return <CommandView command={part} started={started} />;
    case "panel":
      return withPanels ? (
        <div class="inline-panel">
          <PanelView dashboard={part.dashboard} panel={part.panel} height={230} />
        </div>
      ) : null;
  }
}
