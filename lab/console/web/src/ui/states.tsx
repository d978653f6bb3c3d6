//! Placeholders for content: loading, empty, or failed.
import type { ComponentChildren } from "preact";
import { Button } from "./button";

export function Loading({ what = "Loading" }: { what?: string }) {
  return (
    <div class="state" role="status">
      <span class="spinner" aria-hidden="true" />
      {what}…
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <p class="state-title">{title}</p>
      {children}
    </div>
  );
}

interface ProblemProps {
  title: string;
  children?: ComponentChildren;
  onRetry?: () => void;
}

export function Problem({ title, children, onRetry }: ProblemProps) {
  return (
    <div class="state problem" role="alert">
      <p class="state-title">{title}</p>
      {children && <p>{children}</p>}
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
