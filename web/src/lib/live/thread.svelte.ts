// The messages of one conversation: what was said before over REST, what is said now from the stream.

import { untrack } from "svelte";
import { api, ask, asProblem, Problem, type MessageRow } from "../api";
import { live } from "./index.svelte";
import type { Live } from "./live.svelte";

/** A part of a thread, oldest first, and how the next one is asked for. */
export type Part = { rows: MessageRow[]; next: string | undefined };

type Fetch = (conversation: string, position: number, cursor: string | undefined) => Promise<Part>;

/** How much of a thread is there. */
export type Loaded = { state: "loading" } | { state: "ready" } | { state: "failed"; problem: Problem };

/** What cannot be the id of a conversation. */
const NOWHERE: Loaded = { state: "failed", problem: new Problem(404, "no_such_conversation", "") };

/** As many as the server gives at once. */
const PART = 1000;

/**
 * A conversation that is open before somebody. `listen` it in an effect:
 *
 *     const thread = new Thread(id);
 *     $effect(() => thread.listen());
 */
export class Thread {
  #messages = $state.raw<readonly MessageRow[]>([]);
  #loaded = $state.raw<Loaded>({ state: "loading" });
  #reading = 0;
  /** What lies before it was read whole; a later reading goes on here. */
  #cursor: string | undefined;

  constructor(
    readonly conversation: string,
    private readonly floor: Live = live,
    private readonly fetch: Fetch = history,
  ) {}

  /** What was said, in order. */
  get messages(): readonly MessageRow[] {
    return this.#messages;
  }

  /** Whether what was said before is there. */
  get loaded(): Loaded {
    return this.floor.refuses(`conversation:${this.conversation}`) ? NOWHERE : this.#loaded;
  }

  /** Follows the conversation until the returned function is called. */
  listen(): () => void {
    const topic = `conversation:${this.conversation}` as const;
    const offMessages = this.floor.onMessages((rows) => {
      this.#take(rows.filter((row) => row.conversation === this.conversation));
    });
    // The stream tells only what comes from where it begins; what was before has to be read.
    const offAnew = this.floor.onAnew((topics) => {
      if (topics.has(topic)) void this.read();
    });
    const release = this.floor.subscribe(topic);
    // Whoever listens in an effect is not run again by what is read.
    untrack(() => this.floor.knows(topic) && void this.read());
    return () => {
      this.#reading++;
      offMessages();
      offAnew();
      release();
    };
  }

  /** Reads what was said before; also for trying again. */
  async read(): Promise<void> {
    const reading = ++this.#reading;
    const position = this.floor.position;
    if (this.#loaded.state === "failed") this.#loaded = { state: "loading" };
    try {
      for (;;) {
        const { rows, next } = await this.fetch(this.conversation, position, this.#cursor);
        if (reading !== this.#reading) return;
        this.#take(rows);
        if (next === undefined) break;
        this.#cursor = next;
      }
      this.#loaded = { state: "ready" };
    } catch (thrown) {
      if (reading === this.#reading) this.#loaded = { state: "failed", problem: asProblem(thrown) };
    }
  }

  #take(rows: readonly MessageRow[]): void {
    if (rows.length > 0) this.#messages = merged(this.#messages, rows);
  }
}

/** Both, in order and each once. What comes is nearly always what follows. */
export function merged(had: readonly MessageRow[], came: readonly MessageRow[]): readonly MessageRow[] {
  let last = had.at(-1)?.position ?? -1;
  const follows = came.every((row) => {
    const after = row.position > last;
    last = row.position;
    return after;
  });
  if (follows) return [...had, ...came];
  const all = new Map(had.map((row) => [row.position, row]));
  for (const row of came) all.set(row.position, row);
  return [...all.values()].sort((one, other) => one.position - other.position);
}

async function history(conversation: string, position: number, cursor: string | undefined): Promise<Part> {
  const page = await ask(
    api.GET("/v1/conversations/{id}/messages", {
      params: { path: { id: conversation }, query: { cursor, min_position: position, limit: PART } },
    }),
  );
  return { rows: page.data, next: page.next ?? undefined };
}
