// What was begun to be written and is not sent: it outlives a reload, in this browser, for this person.

import { forget, keep, keptNames, read } from "$lib/kept";

/** Nobody comes back to a draft that old, and the conversation is long over. */
const KEPT_MS = 3 * 86_400_000;

type Draft = { text: string; at: number };

/** The draft for a conversation. */
export function draftOf(user: string, conversation: string): string {
  return parsed(read(name(user, conversation)))?.text ?? "";
}

/** Keeps a draft; an empty one is none. */
export function keepDraft(user: string, conversation: string, text: string, now = Date.now()): void {
  if (text === "") forget(name(user, conversation));
  else keep(name(user, conversation), JSON.stringify({ text, at: now } satisfies Draft));
}

/** Forgets those that are too old. */
export function sweepDrafts(now = Date.now()): void {
  for (const kept of keptNames("draft.")) {
    const draft = parsed(read(kept));
    if (draft === undefined || now - draft.at > KEPT_MS) forget(kept);
  }
}

function name(user: string, conversation: string): string {
  return `draft.${user}.${conversation}`;
}

function parsed(kept: string | undefined): Draft | undefined {
  if (kept === undefined) return undefined;
  try {
    const draft = JSON.parse(kept) as Partial<Draft>;
    return typeof draft.text === "string" && typeof draft.at === "number"
      ? { text: draft.text, at: draft.at }
      : undefined;
  } catch {
    return undefined;
  }
}
