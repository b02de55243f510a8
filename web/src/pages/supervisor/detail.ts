// The few words beside a state that say what it is about.

import { m } from "$words";
import type { AgentRow } from "$api";
import { clock, day, instant, number } from "$lib/format";
import { visible } from "$lib/text";
import { names } from "./names.svelte";

/** What a queue is called; a row names it by its id. */
export type QueueName = (id: string) => string | undefined;

/** What is said beside the state: the break's reason, the channel, the queue, since when. */
export function detailOf(row: AgentRow, queueName: QueueName, now: number): string {
  return [about(row, queueName, now), ...marks(row)].filter((part) => part !== "").join(" · ");
}

/** What a supervisor should know beside the state. */
export function marks(row: AgentRow): string[] {
  return [
    row.leaving ? m.supervisor_leaving({ to: wishWord(row.leaving.to, row.leaving.reason) }) : "",
    row.available_in_no_queue ? m.supervisor_in_no_queue() : "",
    row.bucket !== "unreachable" && row.status === "available" && row.dead_channels.length > 0
      ? m.supervisor_dead({ channels: row.dead_channels.map(channelWord).join(", ") })
      : "",
    row.out_only && row.bucket !== "idle" ? m.supervisor_out_only() : "",
  ].filter((mark) => mark !== "");
}

/** How a client speaks. */
export function channelWord(channel: "voice" | "chat"): string {
  return channel === "voice" ? m.supervisor_voice() : m.supervisor_chat();
}

/** What somebody wants to be, in words. */
export function wishWord(status: AgentRow["status"], reason?: string | null): string {
  switch (status) {
    case "on_break":
      return reason ? visible(names.reason(reason)) : m.supervisor_wish_break();
    case "offline":
      return m.supervisor_wish_offline();
    case "not_ready":
      return m.supervisor_wish_not_ready();
    case "available":
      return m.supervisor_wish_available();
  }
}

function about(row: AgentRow, queueName: QueueName, now: number): string {
  const named = (id: string | null | undefined) => visible((id && queueName(id)) || "");
  switch (row.bucket) {
    case "paused":
      return row.reason ? visible(names.reason(row.reason)) : "";
    case "incall":
      return row.chats > 0
        ? m.supervisor_chats({ count: number(row.chats) })
        : row.held
          ? m.supervisor_voice_held()
          : m.supervisor_voice();
    case "ring":
      return named(row.offer?.queue);
    case "wrapup":
      return named(row.wrap_up?.queue) || m.supervisor_by_hand();
    case "unreachable":
      return m.supervisor_no_device();
    case "offline":
      return row.logged_out_at
        ? m.supervisor_since({ time: when(row.logged_out_at, now) })
        : m.supervisor_never();
    case "idle":
      return row.out_only ? m.supervisor_out_only() : "";
    case "extcall":
    case "ready":
      return row.chats > 0 ? m.supervisor_chats({ count: number(row.chats) }) : "";
  }
}

/** A clock for what is of today, else the day. */
function when(written: string, now: number): string {
  const ms = instant(written);
  return day(ms) === day(now) ? clock(ms) : day(ms);
}
