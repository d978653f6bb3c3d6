//! Splits a tutorial's blocks into sections: headings, and steps, which are paragraphs that start with bold text.
import type { Block } from "../api/types";

export type CommandBlock = Block & { kind: "command" };
export type PanelBlock = Block & { kind: "panel" };

export interface Section {
  /** Unique fragment: the document's own ID, or a slug of the title. */
  readonly id: string;
  /** Null for the blocks before the first heading or step. */
  readonly title: string | null;
  readonly kind: "start" | "heading" | "step";
  readonly blocks: Block[];
}

/** The sections in document order, without empty ones. */
export function sectionsOf(blocks: readonly Block[]): Section[] {
  const sections: Section[] = [{ id: "top", title: null, kind: "start", blocks: [] }];
  const usedIds = new Set<string>(["top"]);
  const begin = (title: string, kind: Section["kind"], ownId: string): void => {
    sections.push({ id: uniqueId(ownId || slug(title), usedIds), title, kind, blocks: [] });
  };
  for (const block of blocks) {
    if (block.kind !== "html") {
      sections.at(-1)?.blocks.push(block);
      continue;
    }
    for (const element of parseElements(block.html)) {
      if (/^H[2-4]$/.test(element.tagName)) {
        begin(element.textContent ?? "", "heading", element.id);
        continue;
      }
      const title = stepTitle(element);
      if (title !== null) begin(title, "step", "");
      appendHtml(sections.at(-1)?.blocks, element.outerHTML);
    }
  }
  return sections.filter((section) => section.title !== null || section.blocks.length > 0);
}

/** The panels of a section; without any, those of the nearest section before it, else of the first section with panels. */
export function panelsOf(sections: readonly Section[], id: string | null): PanelBlock[] {
  const panels = sections.map(({ blocks }) => blocks.filter((block): block is PanelBlock => block.kind === "panel"));
  const index = Math.max(
    0,
    sections.findIndex((section) => section.id === id),
  );
  const hasPanels = (panels: PanelBlock[]): boolean => panels.length > 0;
  return panels.slice(0, index + 1).findLast(hasPanels) ?? panels.find(hasPanels) ?? [];
}

/** The anchor that GitHub gives a heading. */
export function slug(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

function uniqueId(id: string, used: Set<string>): string {
  let unique = id;
  for (let count = 1; used.has(unique); count += 1) unique = `${id}-${count}`;
  used.add(unique);
  return unique;
}

function parseElements(html: string): Element[] {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

function stepTitle(element: Element): string | null {
  const first = element.tagName === "P" ? element.firstChild : null;
  if (!(first instanceof Element) || first.tagName !== "STRONG") return null;
  return (first.textContent ?? "").replace(/[.,:]\s*$/, "");
}

function appendHtml(blocks: Block[] | undefined, html: string): void {
  const last = blocks?.at(-1);
  if (last?.kind === "html") last.html += html;
  else blocks?.push({ kind: "html", html });
}
