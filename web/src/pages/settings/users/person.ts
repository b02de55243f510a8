// A person in the fields of a form, and back.

import { m } from "$words";
import type { Role, Schemas } from "$api";
import type { Faults } from "$lib/form.svelte";
import { between, typed } from "../parts/numbers";

/** How a person speaks with clients: as their queues do, or on these channels only. */
export type ChannelChoice = "queues" | "voice" | "chat" | "both";

/** What a conversation takes of a person's capacity: slots as they are typed, or all of it. */
export type Weight = { whole: boolean; slots: string };

/** What stands in the fields. */
export type PersonValues = {
  name: string;
  login: string;
  email: string;
  role: Role;
  capacity: string;
  channels: ChannelChoice;
  voice_weight: Weight;
  chat_weight: Weight;
  auto_ready_on_login: boolean;
  auto_queue_login: boolean;
};

/** Slots that a person has unless somebody says otherwise. */
export const CAPACITY_USUAL = 5;
/** The most slots a person can have. */
export const CAPACITY_MAX = 20;

/** Somebody of whom nothing is known yet. */
export function nobody(): PersonValues {
  return {
    name: "",
    login: "",
    email: "",
    role: "agent",
    capacity: String(CAPACITY_USUAL),
    channels: "queues",
    voice_weight: { whole: true, slots: "1" },
    chat_weight: { whole: false, slots: "1" },
    auto_ready_on_login: false,
    auto_queue_login: false,
  };
}

/** A user as fields. */
export function personValues(user: Schemas["UserBody"]): PersonValues {
  return {
    name: user.name,
    login: user.login,
    email: user.email ?? "",
    role: user.role,
    capacity: String(user.capacity),
    channels: channelChoice(user.channels),
    voice_weight: weight(user.voice_weight),
    chat_weight: weight(user.chat_weight),
    auto_ready_on_login: user.auto_ready_on_login,
    auto_queue_login: user.auto_queue_login,
  };
}

/** The fields as a body; it holds all of them. */
export function personBody(values: PersonValues) {
  return {
    name: values.name.trim(),
    login: values.login.trim(),
    email: values.email.trim() || null,
    role: values.role,
    capacity: typed(values.capacity) ?? CAPACITY_USUAL,
    channels: { queues: null, voice: VOICE, chat: CHAT, both: [...VOICE, ...CHAT] }[values.channels],
    voice_weight: slots(values.voice_weight),
    chat_weight: slots(values.chat_weight),
    auto_ready_on_login: values.auto_ready_on_login,
    auto_queue_login: values.auto_queue_login,
  };
}

/** What changed, for a PATCH: what is not given stays, so two people may change different things. */
export function personPatch(values: PersonValues, saved: PersonValues): Schemas["UserPatch"] {
  const [now, before] = [personBody(values), personBody(saved)];
  const changed = Object.entries(now).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field as keyof typeof before]),
  );
  return Object.fromEntries(changed);
}

/** What is wrong with a person before the server is asked. */
export function personFaults(values: PersonValues): Faults {
  return {
    name: values.name.trim() === "" ? m.settings_must_name() : undefined,
    login: /^[A-Za-z0-9._@-]{1,64}$/.test(values.login.trim()) ? undefined : m.settings_must_login(),
    email:
      values.email.trim() === "" || /^[^@\s]+@[^@\s]+$/.test(values.email.trim())
        ? undefined
        : m.settings_must_email(),
    capacity: between(values.capacity, 1, CAPACITY_MAX) ? undefined : m.settings_must_capacity(),
    voice_weight: weightFault(values.voice_weight),
    chat_weight: weightFault(values.chat_weight),
  };
}

/** What the fields must be, for when the server refuses them. */
export const PERSON_MUSTS = {
  name: () => m.settings_must_name(),
  email: () => m.settings_must_email(),
  capacity: () => m.settings_must_capacity(),
  voice_weight: () => m.settings_must_weight(),
  chat_weight: () => m.settings_must_weight(),
};

const VOICE: Schemas["ChannelWord"][] = ["voice"];
const CHAT: Schemas["ChannelWord"][] = ["chat"];

function channelChoice(channels: readonly string[] | null | undefined): ChannelChoice {
  if (!channels) return "queues";
  if (channels.length > 1) return "both";
  return channels[0] === "voice" ? "voice" : "chat";
}

function weight(body: Schemas["WeightBody"]): Weight {
  return body === "whole" ? { whole: true, slots: "1" } : { whole: false, slots: String(body) };
}

function slots({ whole, slots }: Weight): Schemas["WeightBody"] {
  return whole ? "whole" : (typed(slots) ?? 1);
}

function weightFault({ whole, slots }: Weight): string | undefined {
  return whole || between(slots, 1, CAPACITY_MAX) ? undefined : m.settings_must_weight();
}
