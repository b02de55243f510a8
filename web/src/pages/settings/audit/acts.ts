// What was done, in words.

import { m } from "$words";

const WORDS: Record<string, () => string> = {
  "account.created": m.settings_act_account_created,
  "account.changed": m.settings_act_account_changed,
  "setup.done": m.settings_act_setup_done,
  "user.created": m.settings_act_user_created,
  "user.changed": m.settings_act_user_changed,
  "user.adopted": m.settings_act_user_adopted,
  "user.withdrawn": m.settings_act_user_withdrawn,
  "user.password_set": m.settings_act_user_password_set,
  "user.deactivated": m.settings_act_user_deactivated,
  "user.reactivated": m.settings_act_user_reactivated,
  "agent.changed": m.settings_act_agent_changed,
  "agent.skills_set": m.settings_act_agent_skills_set,
  "team.created": m.settings_act_team_created,
  "team.changed": m.settings_act_team_changed,
  "team.deleted": m.settings_act_team_deleted,
  "queue.added": m.settings_act_queue_added,
  "queue.changed": m.settings_act_queue_changed,
  "queue.removed": m.settings_act_queue_removed,
  "membership.set": m.settings_act_membership_set,
  "membership.removed": m.settings_act_membership_removed,
  "membership.locked": m.settings_act_membership_locked,
  "skill.defined": m.settings_act_skill_defined,
  "skill.renamed": m.settings_act_skill_renamed,
  "reason.added": m.settings_act_reason_added,
  "reason.changed": m.settings_act_reason_changed,
  "key.created": m.settings_act_key_created,
  "key.revoked": m.settings_act_key_revoked,
  "session.created": m.settings_act_session_created,
  "session.ended": m.settings_act_session_ended,
  "session.refused": m.settings_act_session_refused,
  "client.blocked": m.settings_act_client_blocked,
  "client.unblocked": m.settings_act_client_unblocked,
  "client.forgotten": m.settings_act_client_forgotten,
  "widget.created": m.settings_act_widget_created,
  "widget.changed": m.settings_act_widget_changed,
  "widget.deleted": m.settings_act_widget_deleted,
};

/** What is told of an act beside its name; what this console has no words for stands as the server wrote it. */
export function detailWords(act: string, detail: unknown, nameOf: (id: string) => string): string {
  if (typeof detail !== "object" || detail === null) return "";
  const told = detail as Record<string, unknown>;
  if (act === "team.changed" && typeof told.user === "string") {
    const name = nameOf(told.user);
    if (told.supervises === true)
      return told.belongs ? m.settings_audit_supervises({ name }) : m.settings_audit_supervises_not({ name });
    return told.belongs ? m.settings_audit_joins({ name }) : m.settings_audit_leaves({ name });
  }
  return Object.entries(told)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ");
}

/** What an act is called; one that is new to this console stands as the server wrote it. */
export function actWord(act: string): string {
  return WORDS[act]?.() ?? act;
}
