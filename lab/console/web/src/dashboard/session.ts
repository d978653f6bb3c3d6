//! Loads the data of one dashboard's panels: which panels are visible, when they refresh, and their results.
import { isAbort, postLines, reason } from "../api/client";
import type { DataAsk, PanelData, SourceDown } from "../api/dashboard";
import { type Store, store } from "../api/store";

export interface PanelState {
  data: PanelData | null;
  /** Why there is no data, or no newer data. */
  error: string | null;
}

/** Time range and variables, the same for all panels. */
export type SessionQuery = Omit<DataAsk, "panels">;

/** Panels that become visible within this time are requested together. */
const BATCH_MS = 20;
const EMPTY: PanelState = { data: null, error: null };

export class Session {
  /** True while a request is in flight. */
  readonly busy = store(false);
  /** The error of the last request as a whole; null if it succeeded. */
  readonly error = store<string | null>(null);
  /** The data sources that are down, as the panels of the current round report. */
  readonly down = store<readonly SourceDown[]>([]);
  /** Duration of the last request in milliseconds; null before the first. */
  readonly durationMs = store<number | null>(null);

  private readonly states = new Map<number, Store<PanelState>>();
  /** Width in pixels of each visible panel. */
  private readonly visible = new Map<number, number>();
  /** Width of each panel to load once, whether visible or not. */
  private readonly preloads = new Map<number, number>();
  /** The round in which each panel was requested last. */
  private readonly requestedIn = new Map<number, number>();
  private readonly inFlight = new Set<AbortController>();
  private current: SessionQuery | null = null;
  /** Incremented by each refresh. */
  private round = 0;
  private batchTimer: ReturnType<typeof setTimeout> | undefined;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  private interval = 0;
  private readonly onVisibilityChange = () => this.refreshIfDue();

  constructor(private readonly uid: string) {
    document.addEventListener("visibilitychange", this.onVisibilityChange);
  }

  panel(id: number): Store<PanelState> {
    const known = this.states.get(id);
    if (known) return known;
    const state = store(EMPTY);
    this.states.set(id, state);
    return state;
  }

  /** Refreshes if the query differs from the current one, and cancels requests for the latter. */
  query(query: SessionQuery): void {
    if (JSON.stringify(query) === JSON.stringify(this.current)) return;
    this.current = query;
    this.refresh();
  }

  /** Refreshes at this interval in milliseconds while the tab is visible; 0 turns it off. */
  refreshEvery(interval: number): void {
    if (interval === this.interval) return;
    this.interval = interval;
    this.scheduleRefresh();
  }

  refresh(): void {
    this.round += 1;
    for (const controller of this.inFlight) controller.abort();
    this.inFlight.clear();
    this.requestPanels();
  }

  /** Loads the panel, and refreshes it until it is hidden. `width` is in pixels. */
  show(id: number, width: number): void {
    this.visible.set(id, Math.round(width));
    if (this.requestedIn.get(id) !== this.round) this.scheduleBatch();
  }

  /** Loads the panel once, even if it is not visible. */
  preload(id: number, width: number): void {
    this.preloads.set(id, Math.round(width));
    this.scheduleBatch();
  }

  hide(id: number): void {
    this.visible.delete(id);
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.onVisibilityChange);
    clearTimeout(this.batchTimer);
    clearTimeout(this.refreshTimer);
    for (const controller of this.inFlight) controller.abort();
  }

  private scheduleBatch(): void {
    clearTimeout(this.batchTimer);
    this.batchTimer = setTimeout(() => this.requestPanels(), BATCH_MS);
  }

  private requestPanels(): void {
    if (this.current === null) return;
    const panels = [...new Map([...this.preloads, ...this.visible])]
      .filter(([id]) => this.requestedIn.get(id) !== this.round)
      .map(([id, width]) => ({ id, width }));
    this.preloads.clear();
    if (panels.length === 0) return;
    for (const { id } of panels) this.requestedIn.set(id, this.round);
    void this.stream({ ...this.current, panels });
  }

  private async stream(body: DataAsk): Promise<void> {
    const controller = new AbortController();
    this.inFlight.add(controller);
    this.busy.set(true);
    const start = performance.now();
    const missing = new Set(body.panels.map(({ id }) => id));
    try {
      await postLines<PanelData>(
        `/api/dashboards/${encodeURIComponent(this.uid)}/data`,
        body,
        (data) => {
          missing.delete(data.id);
          this.panel(data.id).set({ data, error: data.error });
          this.updateDown();
        },
        controller.signal,
      );
      if (missing.size > 0) throw new Error("The console ended the response early");
      this.error.set(null);
      this.durationMs.set(performance.now() - start);
    } catch (error) {
      if (controller.signal.aborted || isAbort(error)) return;
      this.fail(body, reason(error));
    } finally {
      this.inFlight.delete(controller);
      this.busy.set(this.inFlight.size > 0);
      if (!controller.signal.aborted) this.scheduleRefresh();
    }
  }

  private updateDown(): void {
    const down = new Map<string, SourceDown>();
    for (const [id, state] of this.states) {
      if (this.requestedIn.get(id) !== this.round) continue;
      for (const source of state.get().data?.down ?? []) down.set(source.source, source);
    }
    const sources = [...down.values()];
    if (JSON.stringify(sources) !== JSON.stringify(this.down.get())) this.down.set(sources);
  }

  /** Panels with data keep it; the others show the error. */
  private fail(body: DataAsk, error: string): void {
    this.error.set(error);
    for (const { id } of body.panels) {
      const state = this.panel(id);
      if (state.get().data === null) state.set({ data: null, error });
    }
  }

  private scheduleRefresh(): void {
    clearTimeout(this.refreshTimer);
    if (this.interval > 0) this.refreshTimer = setTimeout(() => this.refreshIfDue(), this.interval);
  }

  private refreshIfDue(): void {
    if (document.hidden || this.interval === 0 || this.inFlight.size > 0) return;
    this.refresh();
    // No request was sent that would schedule the next refresh.
    if (this.visible.size === 0) this.scheduleRefresh();
  }
}
