// What a key may do, in words.

import { m } from "$words";
import type { Schemas } from "$api";

/** The scopes, in the order of a list. */
export const SCOPES: readonly { scope: Schemas["ApiScope"]; word: () => string }[] = [
  { scope: "agents:read", word: m.settings_scope_agents_read },
  { scope: "agents:write", word: m.settings_scope_agents_write },
  { scope: "work:read", word: m.settings_scope_work_read },
  { scope: "work:write", word: m.settings_scope_work_write },
  { scope: "signalling", word: m.settings_scope_signalling },
  { scope: "config:read", word: m.settings_scope_config_read },
  { scope: "config:write", word: m.settings_scope_config_write },
  { scope: "people:read", word: m.settings_scope_people_read },
  { scope: "people:write", word: m.settings_scope_people_write },
  { scope: "history:read", word: m.settings_scope_history_read },
  { scope: "reports:read", word: m.settings_scope_reports_read },
  { scope: "stream", word: m.settings_scope_stream },
  { scope: "audit:read", word: m.settings_scope_audit_read },
  { scope: "*", word: m.settings_scope_all },
];

/** All that a screen on a wall needs. */
export const SCREEN: Schemas["ApiScope"][] = ["agents:read", "config:read", "stream"];

/** The address that opens the wallboard with a key and nothing else. What stands behind `#` is sent to nobody. */
export function screenAddress(origin: string, secret: string): string {
  return `${origin}/tv#key=${secret}`;
}
