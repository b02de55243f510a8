// A team in the fields of a form, and back.

import { m } from "$words";
import type { Role, Schemas } from "$api";
import type { Faults } from "$lib/form.svelte";

/** What stands in the fields. */
export type TeamValues = { name: string; members: string[]; supervisors: string[] };

/** Who may see the members of a team. */
export const SUPERVISING: readonly Role[] = ["supervisor", "manager", "administrator"];

/** A team as fields. */
export function teamValues({ name, members, supervisors }: Schemas["TeamRow"]): TeamValues {
  return { name, members: members.toSorted(), supervisors: supervisors.toSorted() };
}

/** The fields as a body. */
export function teamBody({ name, members, supervisors }: TeamValues): Schemas["TeamBody"] {
  return { name: name.trim(), members, supervisors };
}

/** What is wrong with a team before the server is asked. */
export function teamFaults({ name }: TeamValues): Faults {
  return { name: name.trim() === "" || name.length > 64 ? m.settings_must_short_name() : undefined };
}
