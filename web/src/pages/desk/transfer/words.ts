// Why a conversation cannot be handed to somebody, in words for whoever would hand it on.

import { m } from "$words";

const WORDS: Record<string, () => string> = {
  agent_offline: m.desk_cannot_offline,
  agent_absent: m.desk_cannot_absent,
  agent_at_capacity: m.desk_cannot_full,
  agent_deactivated: m.desk_cannot_gone,
  already_with_agent: m.desk_cannot_has_it,
  channel_not_served: m.desk_cannot_channel,
  client_blocked: m.desk_cannot_blocked,
  limit_reached: m.desk_cannot_queue_full,
};

/** The reason; the server's own sentence where there is none of ours. */
export function cannotWords(code: string | undefined, why: string | undefined): string {
  return (code ? WORDS[code]?.() : undefined) ?? why ?? "";
}
