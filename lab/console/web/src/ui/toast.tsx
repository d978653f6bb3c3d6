//! Short messages that disappear after a while and are announced to screen readers.
import { store, useStore } from "../api/store";

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "good" | "bad";
}

const SHOWN_MS = 6_000;
const toasts = store<Toast[]>([]);
let next = 1;

export function toast(text: string, tone: Toast["tone"] = "plain"): void {
  const id = next++;
  toasts.set([...toasts.get(), { id, text, tone }]);
  setTimeout(() => toasts.set(toasts.get().filter((other) => other.id !== id)), SHOWN_MS);
}

export function Toasts() {
  return (
    <div class="toasts" aria-live="polite">
      {useStore(toasts).map(({ id, text, tone }) => (
        <div key={id} class="toast" data-tone={tone}>
          {text}
        </div>
      ))}
    </div>
  );
}
