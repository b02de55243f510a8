// The server's clock, as far as the browser can know it: the browser's own, and how far it is off.

/** A clock that was set: no delay of a network explains so much. */
const STEP_MS = 5_000;

/** So many tellings are remembered: the last two minutes of heartbeats. */
const REMEMBERED = 12;

/**
 * Instants of rows are the server's, so durations are counted from the server's time. Nothing is ever added up: each
 * tick reads the browser's clock anew, so a laptop that slept shows the right time with the first tick.
 */
export class Clock {
  #now = $state(Date.now());
  #tellings: number[] = [];
  #offset = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What the browser's clock says; tests bring their own. */
  constructor(private readonly local: () => number = () => Date.now()) {
    this.#now = local();
  }

  /** The server's time in epoch milliseconds, at the last full second: whoever reads it is run again each second. */
  get now(): number {
    return this.#now;
  }

  /** The server's time this instant; reading it makes nobody run again. */
  exact(): number {
    return this.local() + this.#offset;
  }

  /** How far the browser's clock is behind the server's, in milliseconds. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * The server told its time. What came the fastest is the least wrong, and shows the server furthest ahead: of the last
   * tellings the largest counts, unless a clock was set in between.
   */
  told(instant: string): void {
    const offset = Date.parse(instant) - this.local();
    if (Number.isNaN(offset)) return;
    const stepped = this.#tellings.length > 0 && Math.abs(offset - this.#offset) > STEP_MS;
    this.#tellings = stepped ? [offset] : [...this.#tellings, offset].slice(-REMEMBERED);
    this.#offset = Math.max(...this.#tellings);
    if (this.#timer === undefined || stepped) this.#now = this.exact();
  }

  /** Ticks with the full seconds of the server until it is told to stop. */
  start(): () => void {
    const tick = () => {
      this.#now = this.exact();
      this.#timer = setTimeout(tick, 1000 - (((this.#now % 1000) + 1000) % 1000) + 5);
    };
    const woken = () => {
      if (document.visibilityState === "visible") this.#now = this.exact();
    };
    document.addEventListener("visibilitychange", woken);
    tick();
    return () => {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      document.removeEventListener("visibilitychange", woken);
    };
  }
}
