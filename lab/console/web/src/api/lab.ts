//! The lab's tutorials, dashboards and links. Polled, because Grafana may become available.
import { useEffect } from "preact/hooks";
import { get } from "./client";
import { store, useStore } from "./store";
import type { Lab } from "./types";

const POLL_INTERVAL_MS = 30_000;

const lab = store<Lab | null>(null, () => {
  const timer = setInterval(() => void load(), POLL_INTERVAL_MS);
  void load();
  return () => clearInterval(timer);
});

async function load(): Promise<void> {
  try {
    lab.set(await get<Lab>("/api/lab"));
  } catch {
    // The connection status in the header shows that the console is unreachable. Keep the last value.
  }
}

/** Null until it is loaded. */
export function useLab(): Lab | null {
  return useStore(lab);
}

/** Sets the document's title, followed by the lab's name. */
export function useTitle(title: string): void {
  const name = useLab()?.name ?? "Lookout";
  useEffect(() => {
    document.title = title ? `${title} · ${name}` : name;
  }, [title, name]);
}
