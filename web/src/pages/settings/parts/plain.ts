// Values of fields in words, for whoever compares two versions.

import { m } from "$words";

/** A text, a figure or a switch. */
export function plain(value: unknown): string {
  if (typeof value === "boolean") return value ? m.settings_on() : m.settings_off();
  return value === "" || value === null || value === undefined ? "–" : String(value);
}
