// The queues somebody belongs to, as fields, and what has to be asked for when they change.

import { m } from "$words";
import type { Schemas } from "$api";
import { between, typed } from "../parts/numbers";

/** A queue and how somebody belongs to it; figures as they are typed. */
export type Seat = {
  queue: string;
  mode: Schemas["ModeWord"];
  tier_level: string;
  position: string;
  delay_sec: string;
};

/** The ways to belong to a queue, in the order of a list. */
export const MODES: readonly Schemas["ModeWord"][] = ["static", "dynamic", "mandatory", "supervisor_managed"];

const MODE_WORDS: Record<Schemas["ModeWord"], [() => string, () => string]> = {
  static: [m.settings_mode_static, m.settings_mode_static_hint],
  dynamic: [m.settings_mode_dynamic, m.settings_mode_dynamic_hint],
  mandatory: [m.settings_mode_mandatory, m.settings_mode_mandatory_hint],
  supervisor_managed: [m.settings_mode_supervised, m.settings_mode_supervised_hint],
};

/** What a way to belong to a queue is called, and what it means. */
export function modeOptions(): { value: Schemas["ModeWord"]; label: string; hint: string }[] {
  return MODES.map((value) => ({ value, label: MODE_WORDS[value][0](), hint: MODE_WORDS[value][1]() }));
}

/** What a way to belong to a queue is called. */
export function modeWord(mode: Schemas["ModeWord"]): string {
  return MODE_WORDS[mode][0]();
}

/** How somebody belongs to a queue unless it is said otherwise. */
export function newSeat(queue: string): Seat {
  return { queue, mode: "static", tier_level: "0", position: "0", delay_sec: "0" };
}

/** A row's seat as fields. */
export function seatValues(row: Omit<Schemas["SeatBody"], "queue"> & { queue: string }): Seat {
  return {
    queue: row.queue,
    mode: row.mode ?? "static",
    tier_level: String(row.tier_level ?? 0),
    position: String(row.position ?? 0),
    delay_sec: String(row.delay_sec ?? 0),
  };
}

/** The fields as a body, without the queue. */
export function seatBody(seat: Seat): Schemas["MembershipBody"] {
  return {
    mode: seat.mode,
    tier_level: typed(seat.tier_level) ?? 0,
    position: typed(seat.position) ?? 0,
    delay_sec: typed(seat.delay_sec) ?? 0,
  };
}

/** What is wrong with a seat. */
export function seatFault(seat: Seat): string | undefined {
  if (!between(seat.tier_level, 0, 10_000)) return m.settings_must_tier();
  if (!between(seat.position, 0, 65_535)) return m.settings_must_position();
  return between(seat.delay_sec, 0, 86_400) ? undefined : m.settings_must_delay();
}

/** Which seats are to be set and which are to be taken away, to come from `before` to `after`. */
export function seatChanges(
  before: readonly Seat[],
  after: readonly Seat[],
): { set: Seat[]; remove: string[] } {
  const was = new Map(before.map((seat) => [seat.queue, JSON.stringify(seat)]));
  const stays = new Set(after.map((seat) => seat.queue));
  return {
    set: after.filter((seat) => was.get(seat.queue) !== JSON.stringify(seat)),
    remove: before.map((seat) => seat.queue).filter((queue) => !stays.has(queue)),
  };
}
