//! Cancels a request that makes no progress.

/** Its signal aborts with the caller's signal, or once `ms` milliseconds pass without a `restart`. */
export class Deadline {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** True if the time has passed. */
  expired = false;

  constructor(
    readonly ms: number,
    private readonly caller?: AbortSignal,
  ) {
    caller?.addEventListener("abort", this.onCallerAbort, { once: true });
    if (caller?.aborted) this.onCallerAbort();
    else this.restart();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  restart(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.expired = true;
      this.controller.abort();
    }, this.ms);
  }

  end(): void {
    clearTimeout(this.timer);
    this.caller?.removeEventListener("abort", this.onCallerAbort);
  }

  private readonly onCallerAbort = () => {
    clearTimeout(this.timer);
    this.controller.abort(this.caller?.reason);
  };
}
