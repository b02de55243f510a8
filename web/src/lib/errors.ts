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
  unknown_conversation: () => m.problem_already_ended(),
  changed: () => m.problem_changed(),
  offer_gone: () => m.problem_offer_gone(),
  agent_at_capacity: () => m.problem_agent_at_capacity(),
  agent_offline: () => m.problem_agent_offline(),
  agent_absent: () => m.problem_agent_absent(),
  agent_deactivated: () => m.problem_agent_deactivated(),
  not_logged_in: () => m.problem_not_logged_in(),
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
