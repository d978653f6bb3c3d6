//! The data of one dashboard's panels: who wants it, when it is asked for, and what came.

import { isAbort, postLines, reason } from "../api/client";
import type { DataAsk, PanelData } from "../api/dashboard";
import { type Store, store } from "../api/store";

export interface PanelState {
  data: PanelData | null;
  /** Why there is none, or none newer. */
  error: string | null;
}

export type Question = Omit<DataAsk, "panels">;

/** So long panels gather that come into view together. */
const GATHER_MS = 20;
const EMPTY: PanelState = { data: null, error: null };

export class Session {
  readonly busy = store(false);
  /** Why the last refresh failed as a whole. */
  readonly failed = store<string | null>(null);
  /** Milliseconds from the last refresh's request to its last panel; null: none yet. */
  readonly took = store<number | null>(null);

  private readonly states = new Map<number, Store<PanelState>>();
  /** Panels in view with the width that they are drawn at. */
  private readonly shown = new Map<number, number>();
  /** Panels to ask for once, in view or not. */
  private readonly first = new Map<number, number>();
  /** For which round each panel was asked last. */
  private readonly asked = new Map<number, number>();
  private readonly running = new Set<AbortController>();
  private question: Question | null = null;
  private round = 0;
  private gather: ReturnType<typeof setTimeout> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private interval = 0;
  private readonly onVisible = () => this.wake();

  constructor(private readonly uid: string) {
    document.addEventListener("visibilitychange", this.onVisible);
  }

  panel(id: number): Store<PanelState> {
    const known = this.states.get(id);
    if (known) return known;
    const state = store(EMPTY);
    this.states.set(id, state);
    return state;
  }

  /** Asks anew when the question is another one; what is under way for the old one is given up. */
  ask(question: Question): void {
    if (JSON.stringify(question) === JSON.stringify(this.question)) return;
    this.question = question;
    this.refresh();
  }

  /** Refreshes each so many milliseconds while the tab is in view; 0: not by itself. */
  every(interval: number): void {
    if (interval === this.interval) return;
    this.interval = interval;
    this.schedule();
  }

  refresh(): void {
    this.round += 1;
    for (const running of this.running) running.abort();
    this.running.clear();
    this.fetch();
  }

  show(id: number, width: number): void {
    this.shown.set(id, Math.round(width));
    if (this.asked.get(id) !== this.round) this.gatherSoon();
  }

  /** Asks for a panel that is not in view, so that it is there when it comes into view. */
  prepare(id: number, width: number): void {
    this.first.set(id, Math.round(width));
    this.gatherSoon();
  }

  hide(id: number): void {
    this.shown.delete(id);
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.onVisible);
    clearTimeout(this.gather);
    clearTimeout(this.timer);
    for (const running of this.running) running.abort();
  }

  private gatherSoon(): void {
    clearTimeout(this.gather);
    this.gather = setTimeout(() => this.fetch(), GATHER_MS);
  }

  private fetch(): void {
    if (this.question === null) return;
    const panels = [...new Map([...this.first, ...this.shown])]
      .filter(([id]) => this.asked.get(id) !== this.round)
      .map(([id, width]) => ({ id, width }));
    this.first.clear();
    if (panels.length === 0) return;
    for (const { id } of panels) this.asked.set(id, this.round);
    void this.stream({ ...this.question, panels });
  }

  private async stream(body: DataAsk): Promise<void> {
    const control = new AbortController();
    this.running.add(control);
    this.busy.set(true);
    const start = performance.now();
    try {
      await postLines<PanelData>(
        `/api/dashboards/${encodeURIComponent(this.uid)}/data`,
        body,
        (data) => this.panel(data.id).set({ data, error: data.error }),
        control.signal,
      );
      this.failed.set(null);
      this.took.set(performance.now() - start);
    } catch (error) {
      if (control.signal.aborted || isAbort(error)) return;
      this.fail(body, reason(error));
    } finally {
      this.running.delete(control);
      this.busy.set(this.running.size > 0);
      if (!control.signal.aborted) this.schedule();
    }
  }

  /** What was drawn stays; panels that have nothing yet say why. */
  private fail(body: DataAsk, error: string): void {
    this.failed.set(error);
    for (const { id } of body.panels) {
      const state = this.panel(id);
      if (state.get().data === null) state.set({ data: null, error });
    }
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.interval > 0) this.timer = setTimeout(() => this.wake(), this.interval);
  }

  /** The interval is over, or the tab is in view again. */
  private wake(): void {
    if (document.hidden || this.interval === 0 || this.running.size > 0) return;
    this.refresh();
    if (this.shown.size === 0) this.schedule();
  }
}
