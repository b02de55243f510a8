// What the clients of the conversations in sight are called. A row names a client by an id that says nothing.

import { SvelteMap } from "svelte/reactivity";
import { api, ask } from "$api";
import { called } from "$lib/clients";

/** More than anybody looks at in a day; beyond them it begins anew. */
const KEPT_MAX = 500;

const known = new SvelteMap<string, string | undefined>();
const asked = new Set<string>();

/** The name of a client, once the server has told it. */
export function clientName(id: string): string | undefined {
  return known.get(id);
}

/** Asks for a name that is not known yet; one that cannot be had is none. */
export function readClient(id: string): void {
  if (asked.has(id)) return;
  if (asked.size >= KEPT_MAX) {
    asked.clear();
    known.clear();
  }
  asked.add(id);
  ask(api.GET("/v1/clients/{id}", { params: { path: { id } } })).then(
    (client) => known.set(id, called(client.about)),
    () => known.set(id, undefined),
  );
}
