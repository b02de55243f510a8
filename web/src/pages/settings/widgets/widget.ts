// A chat on websites in the fields of a form, and back.

import { m } from "$words";
import type { Schemas } from "$api";
import type { Faults } from "$lib/form.svelte";

/** What stands in the fields; origins one below the other. */
export type WidgetValues = { name: string; queue: string; origins: string; greeting: string; color: string };

/** The most characters of a greeting. */
export const GREETING_MAX = 500;

const ORIGINS_MAX = 20;

/** A widget of which nothing is said yet. */
export function newWidget(): WidgetValues {
  return { name: "", queue: "", origins: "", greeting: "", color: "#1F6FEB" };
}

/** A widget as fields. */
export function widgetValues(row: Schemas["WidgetRow"]): WidgetValues {
  return {
    name: row.name,
    queue: row.queue,
    origins: row.origins.join("\n"),
    greeting: row.greeting,
    color: row.color.toUpperCase(),
  };
}

/** The fields as a body. */
export function widgetBody(values: WidgetValues): Schemas["WidgetBody"] {
  return {
    name: values.name.trim(),
    queue: values.queue,
    origins: originsOf(values.origins),
    greeting: values.greeting.trim(),
    color: values.color,
  };
}

/** The origins that were typed, with commas, spaces or lines between them. */
export function originsOf(typed: string): string[] {
  return typed
    .split(/[\s,]+/)
    .map((origin) => origin.replace(/\/+$/, ""))
    .filter(Boolean);
}

/** What is wrong with a widget before the server is asked. */
export function widgetFaults(values: WidgetValues): Faults {
  const origins = originsOf(values.origins);
  const good = origins.every((origin) => /^https?:\/\/[^\s/?#@]+$/i.test(origin));
  return {
    name: values.name.trim() === "" || values.name.length > 64 ? m.settings_must_short_name() : undefined,
    queue: values.queue === "" ? m.settings_must_queue() : undefined,
    origins: good && origins.length <= ORIGINS_MAX ? undefined : m.settings_must_origins(),
    greeting: [...values.greeting].length > GREETING_MAX ? m.settings_must_greeting() : undefined,
    color: /^#[0-9A-Fa-f]{6}$/.test(values.color) ? undefined : m.settings_must_color(),
  };
}

/** What the fields must be, for when the server refuses them. */
export const WIDGET_MUSTS = { origins: () => m.settings_must_origins() };

/** What a page carries so that the chat is on it. */
export function snippet(origin: string, id: string): string {
  return `<script src="${origin}/widget.js" data-widget="${id}" async></` + "script>";
}
