// One WebSocket after another: opened, watched, and opened again with patience.

import type { Message } from "./messages";

/** A server that has said nothing for so long is gone: it beats every ten seconds. */
const SILENCE_MS = 25_000;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;

/** What whoever owns the socket wants to know. */
export type Told = {
  opened(): void;
  message(message: Message): void;
  /** It is closed; `opened` says whether it ever was open. */
  closed(opened: boolean): void;
};

/** How the socket is opened; tests open another. */
export type Open = () => WebSocket;

/** A connection that is wanted, whatever the network does. */
export class Line {
  #socket: WebSocket | undefined;
  #wanted = false;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly open: Open,
    private readonly told: Told,
    private readonly dice: () => number = () => Math.random(),
  ) {}

  /** Whether something can be said. */
  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** From now on there is to be a connection. */
  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    addEventListener("online", this.#now);
    this.#connect();
  }

  /** From now on there is to be none. */
  stop(): void {
    this.#wanted = false;
    removeEventListener("online", this.#now);
    clearTimeout(this.#retry);
    this.#let();
  }

  /** Says something; false when nobody hears it. */
  say(said: object): boolean {
    if (!this.isOpen) return false;
    this.#socket?.send(JSON.stringify(said));
    return true;
  }

  /** Closes this connection and opens the next, at once or after the usual pause. */
  again(soon: boolean): void {
    if (soon) this.#attempts = 0;
    this.#let();
    this.#later(soon ? 0 : this.#pause());
  }

  /** It does what it should: the next break is the first one. */
  proved(): void {
    this.#attempts = 0;
  }

  readonly #now = () => {
    if (this.#wanted && this.#socket === undefined) this.#later(0);
  };

  #connect(): void {
    const socket = this.open();
    this.#socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#listen();
      this.told.opened();
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      this.#listen();
      this.told.message(JSON.parse(event.data) as Message);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#let();
      this.told.closed(opened);
      if (this.#wanted) this.#later(this.#pause());
    };
    this.#listen();
  }

  /** Another word, so another while of patience. A half-open connection reports nothing by itself. */
  #listen(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      this.#let();
      this.told.closed(true);
      this.#later(0);
    }, SILENCE_MS);
  }

  #let(): void {
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #later(pause: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (this.#wanted && this.#socket === undefined) this.#connect();
    }, pause);
  }

  /** Doubles each time, and lies anywhere in its upper half: not all consoles come back at once. */
  #pause(): number {
    const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#attempts++);
    return whole * (0.5 + this.dice() / 2);
  }
}
