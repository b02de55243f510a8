// Why work comes or does not, in plain words: what the router's codes mean to the one who waits for it, and to whoever
// looks at them.

import { m } from "$words";

/** Of whom it is said. */
export type Whom = "me" | "them";

type Words = Record<Whom, () => string>;

const others: Words = { me: m.desk_why_others, them: m.supervisor_why_others };

const WORDS: Record<string, Words> = {
  external_call: { me: m.desk_why_external_call, them: m.supervisor_why_external_call },
  offline: { me: m.desk_why_offline, them: m.supervisor_why_offline },
  kicked_out: { me: m.desk_why_kicked_out, them: m.supervisor_why_kicked_out },
  on_break: { me: m.desk_why_on_break, them: m.supervisor_why_on_break },
  not_ready: { me: m.desk_why_not_ready, them: m.supervisor_why_not_ready },
  unreachable: { me: m.desk_why_unreachable, them: m.supervisor_why_unreachable },
  finishing: { me: m.desk_why_finishing, them: m.supervisor_why_finishing },
  own_clients_only: { me: m.desk_why_own_clients_only, them: m.supervisor_why_own_clients_only },
  ringing: { me: m.desk_why_ringing, them: m.supervisor_why_ringing },
  wrap_up: { me: m.desk_why_wrap_up, them: m.supervisor_why_wrap_up },
  at_capacity: { me: m.desk_why_at_capacity, them: m.supervisor_why_at_capacity },
  not_a_member_of_the_queue: { me: m.desk_why_not_a_member, them: m.supervisor_why_not_a_member },
  not_logged_in_to_the_queue: { me: m.desk_why_not_logged_in, them: m.supervisor_why_not_logged_in },
  not_ready_in_this_queue: { me: m.desk_why_not_ready_here, them: m.supervisor_why_not_ready_here },
  delay_not_reached: { me: m.desk_why_delay, them: m.supervisor_why_delay },
  lacks_skill: { me: m.desk_why_lacks_skill, them: m.supervisor_why_skill },
  declined_before: { me: m.desk_why_declined, them: m.supervisor_why_declined },
  client_blocked: { me: m.desk_why_blocked, them: m.supervisor_why_blocked },
  // Not why not, but by what others come first.
  missed_just_now: { me: m.desk_why_missed, them: m.supervisor_why_missed },
  not_the_owner: { me: m.desk_why_owner, them: m.supervisor_why_owner },
  higher_tier_level: others,
  later_position: others,
  idle_for_less_time: others,
  later_id: others,
};

/** What the router says of somebody and a conversation: whether they may take it, and what stands in the way or before. */
type Verdict = { may: boolean; code?: string | null; words: string };

/** A reason in words; the server's own where there are none of ours. */
export function whyWords(code: string | null | undefined, words: string, whom: Whom): string {
  return (code ? WORDS[code]?.[whom]() : undefined) ?? words;
}

/** Whether it comes to them first: those who may take it and stand behind others are told by what. */
export function isNext({ may, code }: Pick<Verdict, "may" | "code">): boolean {
  return may && !code;
}

/** What is said of one that waits. */
export function verdictWords(verdict: Verdict, whom: Whom): string {
  if (isNext(verdict)) return whom === "me" ? m.desk_why_next() : m.supervisor_why_next();
  return whyWords(verdict.code, verdict.words, whom);
}
