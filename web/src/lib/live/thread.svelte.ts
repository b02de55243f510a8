// The messages of one conversation: what was said before over REST, what is said now from the stream.

import { api, ask, asProblem, type MessageRow, type Problem } from "../api";
import { live } from "./index.svelte";
import type { Live } from "./live.svelte";

type Fetch = (conversation: string, position: number) => Promise<MessageRow[]>;

/** How much of a thread is there. */
export type Loaded = { state: "loading" } | { state: "ready" } | { state: "failed"; problem: Problem };

/**
 * A conversation that is open before somebody. `listen` it in an effect:
 *
 *     const thread = new Thread(id);
 *     $effect(() => thread.listen());
 */
export class Thread {
  #rows = $state.raw<ReadonlyMap<number, MessageRow>>(new Map());
  #loaded = $state.raw<Loaded>({ state: "loading" });
  #reading = 0;
  readonly #sorted = $derived([...this.#rows.values()].sort((one, other) => one.position - other.position));

  constructor(
    readonly conversation: string,
    private readonly floor: Live = live,
    private readonly fetch: Fetch = history,
  ) {}

  /** What was said, in order. */
  get messages(): readonly MessageRow[] {
    return this.#sorted;
  }

  /** Whether what was said before is there. */
  get loaded(): Loaded {
    return this.#loaded;
  }

  /** Follows the conversation until the returned function is called. */
  listen(): () => void {
    const topic = `conversation:${this.conversation}` as const;
    const offMessages = this.floor.onMessages((rows) => {
      this.#take(rows.filter((row) => row.conversation === this.conversation));
    });
    // Behind a snapshot the stream tells only what comes; what was before has to be read.
    const offAnew = this.floor.onAnew(() => void this.read());
    const release = this.floor.subscribe(topic);
    if (this.floor.knows(topic)) void this.read();
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
    try {
      const rows = await this.fetch(this.conversation, this.floor.position);
      if (reading !== this.#reading) return;
      this.#take(rows);
      this.#loaded = { state: "ready" };
    } catch (thrown) {
      if (reading === this.#reading) this.#loaded = { state: "failed", problem: asProblem(thrown) };
    }
  }

  #take(rows: readonly MessageRow[]): void {
    if (rows.length === 0) return;
    const all = new Map(this.#rows);
    for (const row of rows) all.set(row.position, row);
    this.#rows = all;
  }
}

async function history(conversation: string, position: number): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(
      api.GET("/v1/conversations/{id}/messages", {
        params: { path: { id: conversation }, query: { cursor, min_position: position, limit: 200 } },
      }),
    );
    rows.push(...page.data);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
