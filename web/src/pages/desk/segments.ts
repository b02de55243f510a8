// The stretches of conversations that have ended, as the history has them.

import { api, ask, type Schemas } from "$api";
import { live } from "$live";

/** One stretch: where a conversation was, with whom, from when to when, and how it ended. */
export type Segment = Schemas["ConversationSegmentRow"];

/** Which of them: of a conversation, of an agent, ended since an instant. */
export type Wanted = { conversation?: string; user?: string; since?: string };

/** All of them, in the order in which they ended. */
export async function segmentsOf(wanted: Wanted): Promise<Segment[]> {
  const rows: Segment[] = [];
  const min_position = live.position;
  let cursor: string | undefined;
  do {
    const query = { ...wanted, cursor, min_position, limit: 1000 };
    const page = await ask(api.GET("/v1/segments", { params: { query } }));
    // Lines of text come only to those who ask for them.
    if (typeof page === "string") break;
    rows.push(...page.data);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
