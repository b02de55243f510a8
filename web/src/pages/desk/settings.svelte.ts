// What is set up and seldom changes: the queues with their names and times, and the reasons for a break.

import { SvelteMap } from "svelte/reactivity";
import { getLocale } from "$locale";
import { api, ask, askAll, asProblem, type Reason, type Schemas } from "$api";
import { live } from "$live";
import { reasonName } from "$lib/words";

/** The settings that a desk needs. */
export class Settings {
  readonly #queues = new SvelteMap<string, Schemas["Queue"]>();
  #reasons = $state.raw<readonly Reason[]>([]);

  /** All queues of the account, by id. */
  get queues(): ReadonlyMap<string, Schemas["Queue"]> {
    return this.#queues;
  }

  /** All reasons, those among them that cannot be chosen. */
  get reasons(): readonly Reason[] {
    return this.#reasons;
  }

  /** Those that somebody may choose now. */
  get choosable(): readonly Reason[] {
    return this.#reasons.filter((reason) => reason.active !== false && !reason.reserved);
  }

  /** What a queue is called. */
  queueName(id: string): string {
    return live.queues.get(id)?.name ?? this.#queues.get(id)?.name ?? "";
  }

  /** How long an offer of a queue stands, in milliseconds. */
  ringTime(id: string): number | undefined {
    const seconds = this.#queues.get(id)?.ring_timeout_s;
    return seconds === undefined ? undefined : seconds * 1000;
  }

  /** What a reason is called in the reader's language. */
  reasonName(code: string): string {
    const reason = this.#reasons.find((one) => one.code === code);
    return reason === undefined ? code : reasonName(reason.names, getLocale());
  }

  /** Reads all of it; what cannot be read stays as it was. */
  async read(): Promise<void> {
    await Promise.all([this.#readReasons(), this.#readQueues()]).catch(asProblem);
  }

  async #readReasons(): Promise<void> {
    this.#reasons = await askAll((cursor) => api.GET("/v1/reasons", { params: { query: { cursor } } }));
  }

  async #readQueues(): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await ask(api.GET("/v1/queues", { params: { query: { cursor, limit: 1000 } } }));
      for (const queue of page.data) this.#queues.set(queue.id, queue);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }
}
