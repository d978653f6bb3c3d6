import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { useState } from "preact/hooks";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** "primary": the one thing to do; "danger": breaks something. */
  tone?: "plain" | "primary" | "danger";
  small?: boolean;
  /** Under way: disabled, and said so to screen readers. */
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

/** Copies a text, and says so for a moment. */
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
