//! What the lab is made of: asked for once, and again when Grafana's answer may have changed.
import { useEffect } from "preact/hooks";
import { get } from "./client";
import { store, useStore } from "./store";
import type { Lab } from "./types";

const AGAIN_AFTER_MS = 30_000;

const lab = store<Lab | null>(null, () => {
  const timer = setInterval(() => void load(), AGAIN_AFTER_MS);
  void load();
  return () => clearInterval(timer);
});

async function load(): Promise<void> {
  try {
    lab.set(await get<Lab>("/api/lab"));
  } catch {
    // The live status says that the console does not answer; what was known stays.
  }
}

/** The lab, or null until it is known. */
export function useLab(): Lab | null {
  return useStore(lab);
}

/** The document's title: what is shown, then the lab's name. */
export function useTitle(title: string): void {
  const name = useLab()?.name ?? "Lookout";
  useEffect(() => {
    document.title = title ? `${title} · ${name}` : name;
  }, [title, name]);
}
