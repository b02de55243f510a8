// Who clients are, as far as they are written down: one memory for all pages, of whoever is signed in.

import { SvelteMap } from "svelte/reactivity";
import { m } from "$words";
import { api, askTagged, asProblem, onHeld, type Problem, type Schemas, type Tagged } from "$api";
import { called } from "$lib/called";
import { live } from "$live";

/** What is known of a client, or why it is not. */
export type Known =
  | { state: "asking" }
  | { state: "known"; client: Schemas["Client"]; etag: string }
  | { state: "failed"; problem: Problem; at: number };

/** More than anybody looks at in a day; beyond them the oldest are forgotten. */
const KEPT_MAX = 500;

/** What could not be read is asked for again, but not at once. */
const AGAIN_MS = 10_000;

/** Reads one. */
type Read = (id: string) => Promise<Tagged<Schemas["Client"]>>;

/** All that were asked for. */
export class Clients {
  readonly #known = new SvelteMap<string, Known>();
  /** Counts who is signed in: an answer that was meant for the one before is nobody's. */
  #turn = 0;

  constructor(private readonly read: Read = readClient) {}

  /** What is known of one; nothing before it was wanted. */
  get(id: string): Known | undefined {
    return this.#known.get(id);
  }

  /** What to call one: the name, else the address, else the end of the id. */
  name(id: string): string {
    const known = this.#known.get(id);
    const about = known?.state === "known" ? known.client.about : undefined;
    return called(about) ?? m.client_unnamed({ id: id.slice(-4) });
  }

  /** Asks for those that are not known: that were never asked for, or could not be read a while ago. */
  want(ids: readonly string[], now = Date.now()): void {
    for (const id of ids) {
      const known = this.#known.get(id);
      if (known === undefined || (known.state === "failed" && now - known.at > AGAIN_MS))
        void this.refresh(id);
    }
  }

  /** Asks again; what is known stays meanwhile. */
  async refresh(id: string): Promise<void> {
    const turn = this.#turn;
    if (this.#known.get(id)?.state !== "known") this.#set(id, { state: "asking" });
    try {
      const { data, etag } = await this.read(id);
      if (turn === this.#turn) this.#set(id, { state: "known", client: data, etag });
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (turn === this.#turn && this.#known.get(id)?.state !== "known")
        this.#set(id, { state: "failed", problem, at: Date.now() });
    }
  }

  /** Forgets all: they were somebody else's to see. */
  forget(): void {
    this.#turn++;
    this.#known.clear();
  }

  #set(id: string, known: Known): void {
    const oldest = this.#known.keys().next().value;
    if (!this.#known.has(id) && this.#known.size >= KEPT_MAX && oldest !== undefined)
      this.#known.delete(oldest);
    this.#known.set(id, known);
  }
}

function readClient(id: string): Promise<Tagged<Schemas["Client"]>> {
  const query = { min_position: live.position };
  return askTagged(api.GET("/v1/clients/{id}", { params: { path: { id }, query } }));
}

/** The ones of this browser's person. */
export const clients = new Clients();
onHeld(() => clients.forget());
