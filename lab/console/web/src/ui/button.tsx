//! Buttons.
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useState } from "preact/hooks";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** "primary" for the main action, "danger" for one that injects a fault. */
  tone?: "plain" | "primary" | "danger";
  small?: boolean;
  /** Disables the button and sets aria-busy. */
  busy?: boolean;
  disabled?: boolean;
  children: ComponentChildren;
};

export function Button({ tone = "plain", small = false, busy = false, disabled, children, ...rest }: Props) {
  return (
    <button
      type="button"
      class="button"
      data-tone={tone}
      data-small={small}
      aria-busy={busy}
      disabled={disabled || busy}
      {...rest}
    >
      {children}
    </button>
  );
}

const SHOWN_MS = 1_500;

/** Copies a text and confirms it briefly. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), SHOWN_MS);
  };
  return (
    <Button small onClick={() => void copy()}>
      <span aria-live="polite">{done ? "Copied" : label}</span>
    </Button>
  );
}
