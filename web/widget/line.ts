// The way from the server to this page: its stream, and while there is none, looks at intervals.

import { BACKOFF_MS, LOOK_MS, SILENCE_MS_MAX } from "./limits";
import type { No } from "./server";

/** How a line stands. */
export type Standing =
  | { readonly is: "closed" }
  | { readonly is: "opening" }
  | { readonly is: "live" }
  /** No stream, but the server answers. */
  | { readonly is: "looking" }
  | { readonly is: "lost"; readonly since: number };

/** Whoever holds a line. */
export interface Ends {
  stream(): WebSocket;
  /** Look at everything anew; the answer is what stood in the way, if anything did. */
  look(): Promise<No | undefined>;
  heard(frame: Frame): void;
  stands(standing: Standing): void;
  /** The server says that there is no chat for this page any more. */
  ended(): void;
}

/** The code with which the server closes a stream whose widget is gone, or no longer for this page. */
const GONE = 4409;

export interface Frame {
  readonly type: string;
  readonly [field: string]: unknown;
}

export class Line {
  readonly #ends: Ends;
  #standing: Standing = { is: "closed" };
  #socket: WebSocket | undefined;
  #tries = 0;
  #misses = 0;
  #dial: ReturnType<typeof setTimeout> | undefined;
  #next: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #looking = false;

  constructor(ends: Ends) {
    this.#ends = ends;
  }

  get standing(): Standing {
    return this.#standing;
  }

  open(): void {
    if (this.#standing.is !== "closed") return;
    this.#tries = this.#misses = 0;
    this.#stand({ is: "opening" });
    this.#call();
  }

  close(): void {
    clearTimeout(this.#dial);
    clearTimeout(this.#next);
    this.#hangUp();
    this.#stand({ is: "closed" });
  }

  /** Something says that it may work again: do not wait for the next turn. */
  hurry(): void {
    if (this.#standing.is !== "looking" && this.#standing.is !== "lost") return;
    this.#tries = 0;
    if (!this.#socket) this.#call();
    void this.#look();
  }

  #call(): void {
    clearTimeout(this.#dial);
    this.#hangUp();
    let socket: WebSocket;
    try {
      socket = this.#ends.stream();
    } catch {
      return this.#dropped();
    }
    this.#socket = socket;
    this.#listen();
    socket.onopen = () => {
      this.#tries = this.#misses = 0;
      clearTimeout(this.#next);
      this.#listen();
      // It begins with how things stand and with all that was said.
      this.#stand({ is: "live" });
    };
    socket.onmessage = ({ data }) => {
      this.#listen();
      const frame = read(data);
      if (frame) this.#ends.heard(frame);
    };
    socket.onclose = (closed) => {
      this.#dropped();
      if (closed?.code === GONE) this.#ends.ended();
    };
  }

  /** A network that went away closes nothing: silence does. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#hangUp();
      this.#dropped();
    }, SILENCE_MS_MAX);
  }

  #hangUp(): void {
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #dropped(): void {
    clearTimeout(this.#silence);
    this.#socket = undefined;
    if (this.#standing.is === "live") this.#stand({ is: "opening" });
    this.#dial = setTimeout(() => this.#call(), backoff(this.#tries++));
    void this.#look();
  }

  async #look(): Promise<void> {
    clearTimeout(this.#next);
    if (this.#looking) return;
    this.#looking = true;
    const no = await this.#ends.look();
    this.#looking = false;
    if (this.#standing.is === "closed" || this.#standing.is === "live") return;
    this.#misses = no ? this.#misses + 1 : 0;
    if (!no || (no.is === "later" && no.often)) this.#stand({ is: "looking" });
    else if (this.#standing.is !== "lost") this.#stand({ is: "lost", since: Date.now() });
    const [watched, left] = LOOK_MS;
    const rest =
      no?.is === "later" ? no.after_s * 1_000 : no ? backoff(this.#misses) : document.hidden ? left : watched;
    clearTimeout(this.#next);
    this.#next = setTimeout(() => void this.#look(), rest);
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    this.#ends.stands(standing);
  }
}

/** Twice as long each time, and never the same for two visitors: a server that comes back is not run over. */
export function backoff(tries: number): number {
  const [least, most] = BACKOFF_MS;
  return spread(Math.min(most, least * 2 ** tries));
}

/** At most so long, and at least half of it. */
export function spread(ms: number): number {
  return ms / 2 + (Math.random() * ms) / 2;
}

function read(data: unknown): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(String(data));
    return typeof frame === "object" && frame !== null && "type" in frame ? (frame as Frame) : undefined;
  } catch {
    return undefined;
  }
}
