// What is offered to me, as far as the rows of the page that is open tell.

import type { AgentRow, ConversationRow } from "$api";

/** An offer before me. */
export type Call = {
  id: string;
  conversation: string;
  queue: string;
  /** Whose it is; where the page has no rows of conversations, it has to be asked. */
  client: string | undefined;
  /** How it speaks, likewise. */
  channel: ConversationRow["channel"] | undefined;
  /** Until when. */
  until: string;
};

/** All of them, the oldest first: my row names the first also where the page has no rows of conversations. */
export function callsOf(me: AgentRow | undefined, rows: readonly ConversationRow[]): Call[] {
  if (me === undefined) return [];
  const first = me.offer ?? undefined;
  const calls = rows
    .filter((row) => row.agent === me.id && row.stage === "offered")
    .toSorted((one, other) => one.id.localeCompare(other.id))
    .flatMap(({ id: conversation, offer, offer_until, queue, client, channel }): Call[] =>
      offer && offer_until ? [{ id: offer, conversation, queue, client, channel, until: offer_until }] : [],
    );
  if (first === undefined || calls.some((call) => call.id === first.id)) return calls;
  const { id, conversation, queue, until } = first;
  return [{ id, conversation, queue, until, client: undefined, channel: undefined }, ...calls];
}
