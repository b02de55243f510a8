// A sentence a person can use, for each no of the server.

import { m } from "$words";
import type { Problem } from "./api/problem";

const SENTENCES: Record<string, (problem: Problem) => string> = {
  unreachable: () => m.problem_unreachable(),
  unavailable: () => m.problem_unavailable(),
  overloaded: () => m.problem_unavailable(),
  too_many_requests: tooMany,
  too_many_streams: tooMany,
  locked_out: (problem) => m.problem_locked_out({ seconds: problem.retryAfter ?? 30 }),
  wrong_password: () => m.problem_wrong_password(),
  unauthenticated: () => m.problem_signed_out(),
  session_ended: () => m.problem_signed_out(),
  csrf: () => m.problem_signed_out(),
  forbidden: () => m.problem_forbidden(),
  not_found: () => m.problem_not_found(),
  unknown_agent: () => m.problem_not_found(),
  unknown_queue: () => m.problem_not_found(),
  unknown_client: () => m.problem_not_found(),
  unknown_reason: () => m.problem_not_found(),
  unknown_skill: () => m.problem_not_found(),
  unknown_device: () => m.problem_not_found(),
  unknown_user: () => m.problem_not_found(),
  unknown_team: () => m.problem_not_found(),
  unknown_key: () => m.problem_not_found(),
  unknown_session: () => m.problem_not_found(),
  unknown_widget: () => m.problem_not_found(),
  unknown_account: () => m.problem_not_found(),
  unknown_conversation: () => m.problem_already_ended(),
  unknown_call: () => m.problem_already_ended(),
  no_such_conversation: () => m.problem_no_conversation(),
  changed: () => m.problem_changed(),
  stale: () => m.problem_changed(),
  invalid: () => m.problem_invalid(),
  offer_gone: () => m.problem_offer_gone(),
  agent_at_capacity: () => m.problem_agent_at_capacity(),
  agent_offline: () => m.problem_agent_offline(),
  agent_absent: () => m.problem_agent_absent(),
  agent_deactivated: () => m.problem_agent_deactivated(),
  not_logged_in: () => m.problem_not_logged_in(),
  not_a_member_of_the_queue: () => m.problem_not_a_member(),
  not_logged_in_to_the_queue: () => m.problem_not_in_queue(),
  no_queues: () => m.problem_no_queues(),
  mandatory_queue: () => m.problem_mandatory_queue(),
  supervisor_managed_queue: () => m.problem_supervisor_managed(),
  channel_not_served: () => m.problem_channel_not_served(),
  no_wrap_up: () => m.problem_no_wrap_up(),
  not_a_call: () => m.problem_not_a_call(),
  reason_reserved: () => m.problem_reason_reserved(),
  account_not_open: () => m.problem_account_not_open(),
  account_already_open: () => m.problem_account_open(),
  user_inactive: () => m.problem_agent_deactivated(),
  not_ours: () => m.problem_forbidden(),
  setup_closed: () => m.problem_setup_closed(),
  already_ended: () => m.problem_already_ended(),
  not_active: () => m.problem_not_active(),
  not_yours: () => m.problem_not_yours(),
  already_with_agent: () => m.problem_already_with_agent(),
  client_blocked: () => m.problem_client_blocked(),
  reason_inactive: () => m.problem_reason_inactive(),
  supervisor_only: () => m.problem_supervisor_only(),
  locked_membership: () => m.problem_locked_membership(),
  already_exists: () => m.problem_already_exists(),
  taken: () => m.problem_taken(),
  last_administrator: () => m.problem_last_administrator(),
  in_use: () => m.problem_in_use(),
  limit_reached: () => m.problem_limit_reached(),
  queue_in_use: () => m.problem_queue_in_use(),
};

/** What to tell the person; a code without a sentence of its own is told in the server's words. */
export function sentence(problem: Problem): string {
  const known = SENTENCES[problem.code];
  if (known !== undefined) return known(problem);
  return problem.errors.length > 0 ? m.problem_invalid() : m.problem_other({ detail: problem.detail });
}

function tooMany(problem: Problem): string {
  const seconds = problem.retryAfter;
  return seconds === undefined ? m.problem_too_many() : m.problem_too_many_until({ seconds });
}
