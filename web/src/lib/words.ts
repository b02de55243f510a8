// Words that stand for the server's.

import { m } from "$words";
import type { Role } from "./api";
import type { Bucket } from "./ui/icons";

const BUCKET_WORDS: Record<Bucket, () => string> = {
  ready: m.bucket_ready,
  ring: m.bucket_ring,
  incall: m.bucket_incall,
  wrapup: m.bucket_wrapup,
  paused: m.bucket_paused,
  extcall: m.bucket_extcall,
  unreachable: m.bucket_unreachable,
  offline: m.bucket_offline,
  idle: m.bucket_idle,
};

const ROLE_WORDS: Record<Role, () => string> = {
  agent: m.role_agent,
  supervisor: m.role_supervisor,
  manager: m.role_manager,
  administrator: m.role_administrator,
};

/** The reasons for a break that every account has, in the order in which agents choose them. */
export const BUILT_IN_REASONS: readonly string[] = [
  "lunch_break",
  "short_break",
  "training",
  "meeting",
  "technical_break",
];

/** What a bucket is called. */
export function bucketWord(bucket: Bucket): string {
  return BUCKET_WORDS[bucket]();
}

/** What a role is called. */
export function roleWord(role: Role): string {
  return ROLE_WORDS[role]();
}

/** What a reason is called in the reader's language; in English where nobody has named it in theirs. */
export function reasonName(names: readonly { locale: string; name: string }[], locale: string): string {
  const named = (wanted: string) => names.find((name) => name.locale === wanted)?.name;
  return named(locale) ?? named("en") ?? "";
}
