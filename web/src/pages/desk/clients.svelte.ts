// Who my clients are, as far as they are written down. Asked for once, and again when a conversation is opened.

import { SvelteMap } from "svelte/reactivity";
import { m } from "$words";
import { api, ask, asProblem, type Problem, type Schemas } from "$api";
import { called } from "$lib/clients";
import { live } from "$live";

/** What is known of a client, or why it is not. */
export type Known =
  { state: "asking" } | { state: "known"; client: Schemas["Client"] } | { state: "failed"; problem: Problem };

/** The clients of my conversations. */
export class Clients {
  readonly #known = new SvelteMap<string, Known>();

  /** What is known of one; nothing before it was wanted. */
  get(id: string): Known | undefined {
    return this.#known.get(id);
  }

  /** What to call one: the name, else a readable address, else the end of the id. */
  name(id: string): string {
    const known = this.#known.get(id);
    const about = known?.state === "known" ? known.client.about : undefined;
    return called(about) ?? m.desk_client_unnamed({ id: id.slice(-4) });
  }

  /** Asks for those that were never asked for. */
  want(ids: readonly string[]): void {
    for (const id of ids) if (!this.#known.has(id)) void this.refresh(id);
  }

  /** Asks again; what is known stays meanwhile. */
  async refresh(id: string): Promise<void> {
    if (!this.#known.has(id)) this.#known.set(id, { state: "asking" });
    try {
      const query = { min_position: live.position };
      const client = await ask(api.GET("/v1/clients/{id}", { params: { path: { id }, query } }));
      this.#known.set(id, { state: "known", client });
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (this.#known.get(id)?.state !== "known") this.#known.set(id, { state: "failed", problem });
    }
  }
}
