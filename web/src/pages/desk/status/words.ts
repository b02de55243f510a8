// What I am, in words: the bucket, and more exactly where there is more to say.

import { m } from "$words";
import type { AgentRow } from "$api";
import { bucketWord } from "$lib/words";
import type { Settings } from "../settings.svelte";

/** `Lunch break`, `Available`, `Finishing`: what stands on the button of the status picker. */
export function statusWord(me: AgentRow, settings: Settings): string {
  if (me.bucket === "paused" && me.reason) return settings.reasonName(me.reason);
  if (me.leaving && me.bucket !== "extcall") return m.desk_finishing();
  if (me.bucket === "ready") return m.desk_available();
  if (me.bucket === "idle" && me.status === "available" && me.out_only) return m.desk_own_clients();
  return bucketWord(me.bucket);
}

/** What somebody who leaves will be. */
export function leavingWord(leaving: NonNullable<AgentRow["leaving"]>, settings: Settings): string {
  if (leaving.to === "offline") return m.desk_log_out();
  if (leaving.to === "not_ready") return m.desk_not_ready();
  return leaving.reason ? settings.reasonName(leaving.reason) : m.desk_break();
}
