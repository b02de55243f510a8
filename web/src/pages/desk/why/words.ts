// Why nothing comes, in plain words: what the server's codes mean to the one who waits.

import { m } from "$words";

const WORDS: Record<string, () => string> = {
  external_call: m.desk_why_external_call,
  offline: m.desk_why_offline,
  kicked_out: m.desk_why_kicked_out,
  on_break: m.desk_why_on_break,
  not_ready: m.desk_why_not_ready,
  unreachable: m.desk_why_unreachable,
  finishing: m.desk_why_finishing,
  own_clients_only: m.desk_why_own_clients_only,
  ringing: m.desk_why_ringing,
  wrap_up: m.desk_why_wrap_up,
  at_capacity: m.desk_why_at_capacity,
  not_a_member_of_the_queue: m.desk_why_not_a_member,
  not_logged_in_to_the_queue: m.desk_why_not_logged_in,
  not_ready_in_this_queue: m.desk_why_not_ready_here,
  delay_not_reached: m.desk_why_delay,
  lacks_skill: m.desk_why_lacks_skill,
  declined_before: m.desk_why_declined,
  client_blocked: m.desk_why_blocked,
  // Not why not, but by what others come first.
  missed_just_now: m.desk_why_missed,
  not_the_owner: m.desk_why_owner,
  higher_tier_level: m.desk_why_others,
  later_position: m.desk_why_others,
  idle_for_less_time: m.desk_why_others,
  later_id: m.desk_why_others,
};

/** A reason in words; the server's own where there are none of ours. */
export function whyWords(code: string | null | undefined, words: string): string {
  return (code ? WORDS[code]?.() : undefined) ?? words;
}
