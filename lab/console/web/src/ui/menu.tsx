//! A button that opens a list of links or actions.
import type { ComponentChildren } from "preact";
import { useDisclosure } from "./disclosure";

export interface MenuItem {
  text: string;
  href?: string;
  onPick?: () => void;
  hint?: string | undefined;
  current?: boolean;
  /** Opens a new tab. */
  external?: boolean;
}

interface Props {
  label: string;
  items: MenuItem[];
  current?: boolean;
  /** Shown instead of the label. */
  icon?: ComponentChildren;
  /** The side of the button that the list is aligned with. */
  align?: "start" | "end";
}

export function Menu({ label, items, current = false, icon, align = "start" }: Props) {
  const { open, setOpen, box } = useDisclosure();
  return (
    <div class="menu" ref={box}>
      <button
        type="button"
        class={icon ? "icon-button" : "tab"}
        aria-expanded={open}
        aria-label={icon ? label : undefined}
        aria-current={current ? "true" : undefined}
        onClick={() => setOpen(!open)}
      >
        {icon ?? (
          <>
            {label}
            <svg class="caret" viewBox="0 0 10 6" aria-hidden="true">
              <path d="M1 1l4 4 4-4" />
            </svg>
          </>
        )}
      </button>
      {open && (
        <ul class="menu-list" data-align={align}>
          {items.length === 0 && <li class="menu-none">none</li>}
          {items.map((item) => (
            <li key={item.href ?? item.text}>
              <Entry item={item} close={() => setOpen(false)} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Entry({ item, close }: { item: MenuItem; close: () => void }) {
  const inside = (
    <>
      <span>{item.text}</span>
      {item.hint && <span class="hint">{item.hint}</span>}
    </>
  );
  if (item.href !== undefined) {
    const outside = item.external ? { target: "_blank", rel: "noopener" } : {};
    return (
      <a href={item.href} aria-current={item.current ? "page" : undefined} onClick={close} {...outside}>
        {inside}
      </a>
    );
  }
  const pick = () => {
    close();
    item.onPick?.();
  };
  return (
    <button type="button" onClick={pick} aria-current={item.current ? "true" : undefined}>
      {inside}
    </button>
  );
}
