// Why no work comes, in words: the server names what stands in the way by a code.

import { m } from "$words";

const WORDS: Record<string, () => string> = {
  external_call: m.supervisor_why_external_call,
  offline: m.supervisor_why_offline,
  kicked_out: m.supervisor_why_kicked_out,
  on_break: m.supervisor_why_on_break,
  not_ready: m.supervisor_why_not_ready,
  unreachable: m.supervisor_why_unreachable,
  finishing: m.supervisor_why_finishing,
  own_clients_only: m.supervisor_why_own_clients_only,
  ringing: m.supervisor_why_ringing,
  wrap_up: m.supervisor_why_wrap_up,
  at_capacity: m.supervisor_why_at_capacity,
  not_a_member_of_the_queue: m.supervisor_why_not_a_member,
  not_logged_in_to_the_queue: m.supervisor_why_not_logged_in,
  not_ready_in_this_queue: m.supervisor_why_not_ready_here,
  delay_not_reached: m.supervisor_why_delay,
  tier_not_open: m.supervisor_why_tier,
  lacks_skill: m.supervisor_why_skill,
  declined_before: m.supervisor_why_declined,
  client_blocked: m.supervisor_why_blocked,
};

/** In the reader's language; what has no words there is told in the server's. */
export function why(code: string | null | undefined, words: string): string {
  return (code && WORDS[code]?.()) || words;
}
