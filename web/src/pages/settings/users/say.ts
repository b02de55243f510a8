// A person's fields in words, for whoever compares two versions.

import { m } from "$words";
import { roleWord } from "$lib/words";
import { plain } from "../parts/plain";
import type { PersonValues, Weight } from "./person";

/** What the fields are called. */
export function personNames(): Record<keyof PersonValues, string> {
  return {
    name: m.settings_user_name(),
    login: m.settings_user_login(),
    email: m.settings_user_email(),
    role: m.settings_user_role(),
    capacity: m.settings_user_capacity(),
    channels: m.settings_user_channels(),
    voice_weight: m.settings_user_voice_weight(),
    chat_weight: m.settings_user_chat_weight(),
    auto_ready_on_login: m.settings_user_auto_ready(),
    auto_queue_login: m.settings_user_auto_queue(),
  };
}

/** A value of a field. */
export function sayPerson(field: keyof PersonValues, value: unknown): string {
  const values = { [field]: value } as Partial<PersonValues>;
  if (values.role) return roleWord(values.role);
  if (values.channels) return CHANNELS[values.channels]();
  const weight = values.voice_weight ?? values.chat_weight;
  if (weight) return sayWeight(weight);
  return plain(value);
}

const CHANNELS = {
  queues: m.settings_channels_queues,
  voice: m.settings_channel_voice,
  chat: m.settings_channel_chat,
  both: m.settings_channels_both,
};

function sayWeight({ whole, slots }: Weight): string {
  return whole ? m.settings_weight_whole() : `${slots} ${m.settings_weight_slots()}`;
}
