// A queue in the fields of a form, and back.

import { m } from "$words";
import type { Schemas } from "$api";
import type { Faults } from "$lib/form.svelte";
import { between, typed } from "../parts/numbers";

/** What stands in the fields; figures as they are typed. */
export type QueueValues = {
  name: string;
  number: string;
  voice: boolean;
  chat: boolean;
  priority: string;
  strategy: Schemas["StrategyWord"];
  ring_timeout_s: string;
  auto_accept: boolean;
  max_no_answer: string;
  /** Nothing: as it is usual for the channel. */
  wrap_up_s: string;
  auto_ready: boolean;
  auto_not_ready_after_non_acd_call: boolean;
};

/** A queue of which nothing is said yet: what the server takes when it is not told. */
export function newQueue(): QueueValues {
  return {
    name: "",
    number: "",
    voice: true,
    chat: false,
    priority: "5",
    strategy: "longest_idle",
    ring_timeout_s: "20",
    auto_accept: false,
    max_no_answer: "3",
    wrap_up_s: "",
    auto_ready: false,
    auto_not_ready_after_non_acd_call: false,
  };
}

/** A queue as fields. */
export function queueValues(queue: Schemas["Queue"]): QueueValues {
  const usual = newQueue();
  return {
    name: queue.name,
    number: queue.number ?? "",
    voice: queue.channels?.includes("voice") ?? usual.voice,
    chat: queue.channels?.includes("chat") ?? usual.chat,
    priority: String(queue.priority ?? usual.priority),
    strategy: queue.strategy ?? usual.strategy,
    ring_timeout_s: String(queue.ring_timeout_s ?? usual.ring_timeout_s),
    auto_accept: queue.auto_accept ?? usual.auto_accept,
    max_no_answer: String(queue.max_no_answer ?? usual.max_no_answer),
    wrap_up_s: queue.wrap_up_s === null || queue.wrap_up_s === undefined ? "" : String(queue.wrap_up_s),
    auto_ready: queue.auto_ready ?? usual.auto_ready,
    auto_not_ready_after_non_acd_call:
      queue.auto_not_ready_after_non_acd_call ?? usual.auto_not_ready_after_non_acd_call,
  };
}

/** The fields as a body. */
export function queueBody(values: QueueValues): Schemas["QueueBody"] {
  const channels: Schemas["ChannelWord"][] = [];
  if (values.voice) channels.push("voice");
  if (values.chat) channels.push("chat");
  return {
    name: values.name.trim(),
    number: values.number.trim() || null,
    channels,
    priority: typed(values.priority),
    strategy: values.strategy,
    ring_timeout_s: typed(values.ring_timeout_s),
    auto_accept: values.auto_accept,
    max_no_answer: typed(values.max_no_answer),
    wrap_up_s: typed(values.wrap_up_s) ?? null,
    auto_ready: values.auto_ready,
    auto_not_ready_after_non_acd_call: values.auto_not_ready_after_non_acd_call,
  };
}

/** What is wrong with a queue before the server is asked. */
export function queueFaults(values: QueueValues): Faults {
  return {
    name: values.name.trim() === "" || values.name.length > 64 ? m.settings_must_short_name() : undefined,
    number:
      values.number.trim() === "" || /^\d{3,64}$/.test(values.number.trim())
        ? undefined
        : m.settings_must_number(),
    channels: values.voice || values.chat ? undefined : m.settings_must_channels(),
    priority: between(values.priority, 1, 10) ? undefined : m.settings_must_priority(),
    ring_timeout_s: between(values.ring_timeout_s, 1, 65_535) ? undefined : m.settings_must_ring(),
    max_no_answer: between(values.max_no_answer, 0, 100) ? undefined : m.settings_must_misses(),
    wrap_up_s:
      values.wrap_up_s.trim() === "" || between(values.wrap_up_s, 0, 86_400)
        ? undefined
        : m.settings_must_wrap_up(),
  };
}

/** What the fields must be, for when the server refuses them. */
export const QUEUE_MUSTS = {
  name: () => m.settings_must_short_name(),
  number: () => m.settings_must_number(),
  priority: () => m.settings_must_priority(),
  ring_timeout_s: () => m.settings_must_ring(),
  max_no_answer: () => m.settings_must_misses(),
  wrap_up_s: () => m.settings_must_wrap_up(),
};

/** What the fields are called. */
export function queueNames(): Record<keyof QueueValues, string> {
  return {
    name: m.settings_user_name(),
    number: m.settings_queue_number(),
    voice: m.settings_channel_voice(),
    chat: m.settings_channel_chat(),
    priority: m.settings_queue_priority(),
    strategy: m.settings_queue_strategy(),
    ring_timeout_s: m.settings_queue_ring(),
    auto_accept: m.settings_queue_auto_accept(),
    max_no_answer: m.settings_queue_misses(),
    wrap_up_s: m.settings_queue_wrap_up(),
    auto_ready: m.settings_queue_auto_ready(),
    auto_not_ready_after_non_acd_call: m.settings_queue_after_external(),
  };
}
