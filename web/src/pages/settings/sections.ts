// The sections of the settings: their addresses, who may open them, and the chunk each comes in.

import type { Component } from "svelte";
import { m } from "$words";
import type { Role } from "$api";
import type { IconName } from "$ui";

/** A section. Everything below its address belongs to it. */
export type Section = {
  path: string;
  title: () => string;
  icon: IconName;
  /** The least role that may look; what may be changed, the section knows. */
  role: Role;
  load: () => Promise<{ default: Component }>;
};

/** In the order of the list. */
export const SECTIONS: readonly Section[] = [
  {
    path: "/settings/users",
    title: m.settings_users,
    icon: "user",
    role: "supervisor",
    load: () => import("./users/Users.svelte"),
  },
  {
    path: "/settings/teams",
    title: m.settings_teams,
    icon: "users",
    role: "supervisor",
    load: () => import("./teams/Teams.svelte"),
  },
  {
    path: "/settings/queues",
    title: m.settings_queues,
    icon: "queue",
    role: "supervisor",
    load: () => import("./queues/Queues.svelte"),
  },
  {
    path: "/settings/skills",
    title: m.settings_skills,
    icon: "star",
    role: "supervisor",
    load: () => import("./skills/Skills.svelte"),
  },
  {
    path: "/settings/reasons",
    title: m.settings_reasons,
    icon: "paused",
    role: "supervisor",
    load: () => import("./reasons/Reasons.svelte"),
  },
  {
    path: "/settings/keys",
    title: m.settings_keys,
    icon: "key",
    role: "administrator",
    load: () => import("./keys/Keys.svelte"),
  },
  {
    path: "/settings/widgets",
    title: m.settings_widgets,
    icon: "chat",
    role: "administrator",
    load: () => import("./widgets/Widgets.svelte"),
  },
  {
    path: "/settings/account",
    title: m.settings_account,
    icon: "globe",
    role: "administrator",
    load: () => import("./account/Account.svelte"),
  },
  {
    path: "/settings/audit",
    title: m.settings_audit,
    icon: "shield",
    role: "administrator",
    load: () => import("./audit/Audit.svelte"),
  },
  {
    path: "/settings/password",
    title: m.settings_password,
    icon: "lock",
    role: "agent",
    load: () => import("./me/Password.svelte"),
  },
];

/** The section of an address. */
export function sectionOf(path: string): Section | undefined {
  return SECTIONS.find((one) => path === one.path || path.startsWith(`${one.path}/`));
}

/** What stands behind a section's address: `us_…`, `new`, or nothing. */
export function below(path: string, section: string): string | undefined {
  const rest = path.slice(section.length + 1);
  return rest === "" ? undefined : decodeURIComponent(rest);
}
