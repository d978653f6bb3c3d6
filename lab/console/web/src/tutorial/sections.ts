//! A tutorial's blocks as sections: a heading, or a step that begins with bold words, and what belongs to it.
import type { Block } from "../api/types";

/** A piece of a section. */
export type Part = Block;
export type Command = Block & { kind: "command" };
export type PanelPlace = Block & { kind: "panel" };

/** A heading or step, and all up to the next. */
export interface Section {
  /** For the address's fragment; the document's own where it has one. */
  readonly id: string;
  /** Null for what stands before the first. */
  readonly title: string | null;
  readonly is: "start" | "heading" | "step";
  readonly parts: Part[];
}

/** The document's sections in order. Its html is the server's own, made from markdown. */
export function sections(blocks: readonly Block[]): Section[] {
  const found: Section[] = [{ id: "top", title: null, is: "start", parts: [] }];
  const taken = new Set<string>(["top"]);
  const begin = (title: string, is: Section["is"], own: string): void => {
    found.push({ id: unused(own || slug(title), taken), title, is, parts: [] });
  };
  for (const block of blocks) {
    if (block.kind !== "html") {
      found.at(-1)?.parts.push(block);
      continue;
    }
    for (const element of elements(block.html)) {
      if (/^H[2-4]$/.test(element.tagName)) {
        begin(element.textContent ?? "", "heading", element.id);
        continue;
      }
      const bold = stepTitle(element);
      if (bold !== null) begin(bold, "step", "");
      append(found.at(-1)?.parts, element.outerHTML);
    }
  }
  return found.filter((section) => section.title !== null || section.parts.length > 0);
}

/** The panels that show what a section does: its own, else those of the nearest section before it, else the first ones. */
export function panelsOf(all: readonly Section[], id: string | null): PanelPlace[] {
  const own = all.map((section) => section.parts.filter((part): part is PanelPlace => part.kind === "panel"));
  const at = Math.max(
    0,
    all.findIndex((section) => section.id === id),
  );
  const before = own.slice(0, at + 1).findLast((panels) => panels.length > 0);
  return before ?? own.find((panels) => panels.length > 0) ?? [];
}

/** As GitHub names a heading's anchor. */
export function slug(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

function unused(id: string, taken: Set<string>): string {
  let free = id;
  for (let count = 1; taken.has(free); count += 1) free = `${id}-${count}`;
  taken.add(free);
  return free;
}

function elements(html: string): Element[] {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

function stepTitle(element: Element): string | null {
  const first = element.tagName === "P" ? element.firstChild : null;
  if (!(first instanceof Element) || first.tagName !== "STRONG") return null;
  return (first.textContent ?? "").replace(/[.,:]\s*$/, "");
}

function append(parts: Part[] | undefined, html: string): void {
  const last = parts?.at(-1);
  if (last?.kind === "html") last.html += html;
  else parts?.push({ kind: "html", html });
}
