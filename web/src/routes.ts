// Every page there is: its address, who may open it, and the chunk it comes in. A new page is one line here.

import type { Component } from "svelte";
import { m } from "$words";
import type { Role } from "$api";
import type { IconName } from "$ui";

/** A page. */
export type Route = {
  /** The address; with `deep` those below it belong to it as well. */
  path: string;
  deep?: boolean;
  title: () => string;
  /** In the rail, when it stands there. */
  icon?: IconName;
  /** The least role that may open it. */
  role: Role;
  /** Whether a screen on a wall, known by its key, may open it. */
  screen?: boolean;
  /** Without rail and banner: the page has the whole window. */
  bare?: boolean;
  load: () => Promise<{ default: Component }>;
};

/** In the order of the rail. */
export const ROUTES: readonly Route[] = [
  {
    path: "/desk",
    title: m.nav_desk,
    icon: "headset",
    role: "agent",
    load: () => import("./pages/desk/Desk.svelte"),
  },
  {
    path: "/supervisor",
    title: m.nav_supervisor,
    icon: "grid",
    role: "supervisor",
    load: () => import("./pages/supervisor/Supervisor.svelte"),
  },
  {
    path: "/wallboard",
    title: m.nav_wallboard,
    icon: "tv",
    role: "supervisor",
    screen: true,
    load: () => import("./pages/wallboard/Wallboard.svelte"),
  },
  {
    path: "/tv",
    title: m.nav_wallboard,
    role: "supervisor",
    screen: true,
    bare: true,
    load: () => import("./pages/wallboard/Tv.svelte"),
  },
  {
    path: "/settings",
    deep: true,
    title: m.nav_settings,
    icon: "gear",
    role: "agent",
    load: () => import("./pages/settings/Settings.svelte"),
  },
];

/** The page of an address. */
export function routeOf(path: string): Route | undefined {
  return ROUTES.find((route) => route.path === path || (route.deep && path.startsWith(`${route.path}/`)));
}

/** Where somebody of this role begins. */
export function homeOf(role: Role): string {
  return role === "agent" ? "/desk" : "/supervisor";
}
