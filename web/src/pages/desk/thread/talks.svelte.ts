// The conversations that I hold in my hands: the thread of each, what is on its way, and how far it was read.

import { SvelteMap } from "svelte/reactivity";
import { forget, keep, keptNames, read } from "$lib/kept";
import { Thread } from "$lib/live/thread.svelte";
import { Outbox } from "./outbox.svelte";
import { unread, waitingSince } from "./reading";

/** One of them. */
export class Talk {
  readonly thread: Thread;
  readonly outbox: Outbox;
  #seen = $state(0);

  constructor(
    readonly user: string,
    readonly id: string,
  ) {
    this.thread = new Thread(id);
    this.outbox = new Outbox(user, id);
    this.remember();
  }

  /** What was written last. */
  readonly last = $derived.by(() => this.thread.messages.at(-1));
  /** What was said last, by the client or to it. */
  readonly said = $derived.by(() => this.thread.messages.findLast(({ author }) => author !== "note"));
  /** The position of the client's last word. */
  readonly newest = $derived.by(
    () => this.thread.messages.findLast((message) => message.author === "client")?.position ?? 0,
  );
  /** Since when the client waits for a word. */
  readonly waitingSince = $derived.by(() => waitingSince(this.thread.messages));
  /** How many of the client's words nobody here has looked at. */
  readonly unread = $derived.by(() => unread(this.thread.messages, this.#seen));
  /** What I wrote and is not in the thread yet. */
  readonly unsent = $derived.by(() => this.outbox.beside(this.thread.messages));

  /** The position up to which it was read. */
  get seen(): number {
    return this.#seen;
  }

  /** It was read to its end. */
  see(): void {
    const position = this.last?.position ?? 0;
    if (position <= this.#seen) return;
    this.#seen = position;
    keep(seenName(this.user, this.id), String(position));
  }

  /** It may have been read in another tab. */
  remember(): void {
    this.#seen = Math.max(this.#seen, Number(read(seenName(this.user, this.id)) ?? 0) || 0);
  }
}

/** All of them, followed as long as they are mine. */
export class Talks {
  readonly #open = new SvelteMap<string, { talk: Talk; stop: () => void }>();

  constructor(private readonly user: string) {}

  /** All that are followed. */
  get all(): Talk[] {
    return [...this.#open.values()].map(({ talk }) => talk);
  }

  /** One of them. */
  get(id: string | undefined): Talk | undefined {
    return id === undefined ? undefined : this.#open.get(id)?.talk;
  }

  /** Follows these and no others. */
  follow(ids: readonly string[]): void {
    for (const [id, { stop }] of [...this.#open]) {
      if (ids.includes(id)) continue;
      stop();
      this.#open.delete(id);
    }
    for (const id of ids) {
      if (this.#open.has(id)) continue;
      const talk = new Talk(this.user, id);
      this.#open.set(id, { talk, stop: talk.thread.listen() });
    }
  }

  /** Forgets how far conversations were read that are no longer mine, and what does not say whose reading it was. */
  sweep(mine: readonly string[]): void {
    const own = seenName(this.user, "");
    for (const name of keptNames("seen.")) {
      const over = name.startsWith(own) && !mine.includes(name.slice(own.length));
      if (over || name.split(".").length !== 3) forget(name);
    }
  }
}

function seenName(user: string, conversation: string): string {
  return `seen.${user}.${conversation}`;
}
