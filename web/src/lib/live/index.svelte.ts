// The live floor for pages.
//
//     listen(() => ["agents", "queues"]);            // in a component's script
//     const agents = $derived(live.agents.all.toSorted(byName));
//     const mine = $derived(live.agents.get(session.user?.id));

import { holds, tellEnded } from "../api/credentials";
import { stillKnown } from "../api/known";
import { Live } from "./live.svelte";
import type { Topic } from "./messages";

export type { Connection } from "./live.svelte";
export type { EndReason, Topic, Viewer } from "./messages";
export { Live } from "./live.svelte";
export { Rows } from "./rows.svelte";

/** The one stream of this page. The session starts and stops it. */
export const live = new Live({
  open,
  ended: (reason) => {
    if (reason === "session_ended" || reason === "key_revoked") tellEnded();
  },
  // A browser does not say why a WebSocket was refused. If it is because the session is over, REST says so.
  refused: () => void stillKnown(),
});

/** The server's time in epoch milliseconds; whoever reads it in an effect is run again each second. */
export function now(): number {
  return live.clock.now;
}

/** Listens to topics as long as the component is there; they may depend on state. */
export function listen(topics: () => readonly Topic[]): void {
  $effect(() => live.subscribe(...topics()));
}

function open(): WebSocket {
  const address = new URL("/v1/stream", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const who = holds();
  // A browser sends no Authorization with a WebSocket; a key goes as a subprotocol.
  return who.kind === "key"
    ? new WebSocket(address, ["readyroom.v1", `bearer.${who.key}`])
    : new WebSocket(address);
}
