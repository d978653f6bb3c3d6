//! An info icon with an explanation, shown on hover and on focus.
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Distance from the edge of the window. */
const MARGIN_PX = 8;

export function Tip({ label, text }: { label: string; text: string }) {
  const id = useId();
  const box = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);

  useLayoutEffect(() => {
    const element = box.current;
    if (!open || !element) return;
    element.style.left = "0";
    const overflow = element.getBoundingClientRect().right + MARGIN_PX - document.documentElement.clientWidth;
    if (overflow > 0) element.style.left = `${-overflow}px`;
  }, [open]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only repeats what focusing the button does.
    <span class="info" onMouseEnter={() => setOpen(true)} onMouseLeave={() => setOpen(false)}>
      <button
        type="button"
        class="info-button"
        aria-label={label}
        aria-describedby={id}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM8 7.2v4M8 4.7v.1" />
        </svg>
      </button>
      <span class="info-text" role="tooltip" id={id} ref={box} hidden={!open}>
        {text}
      </span>
    </span>
  );
}
