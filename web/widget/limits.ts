// The maximum of everything a visitor writes, and how long things are waited for.

/** The characters of a message; as the server counts them, by code points. */
export const TEXT_CHARS_MAX = 4_000;
/** From here on the visitor sees how many are left. */
export const TEXT_CHARS_NEAR = 500;
export const NAME_CHARS_MAX = 100;
export const EMAIL_BYTES_MAX = 254;

/** A request that is not answered by then may or may not have been done. */
export const REQUEST_MS_MAX = 15_000;
/** Tries of a message before its writer is asked. */
export const TRIES_MAX = 4;
/** Heartbeats come every ten seconds; a line that missed two of them is dead. */
export const SILENCE_MS_MAX = 25_000;
/** Between two tries to open the stream, at least and at most. */
export const BACKOFF_MS = [1_000, 30_000] as const;
/** Pages that come to the front again and again do not ask more often than this. */
export const HURRY_MS_MIN = 2_000;
/** How old what is known of the widget gets before somebody who comes back to the page has it read again; so often,
 *  too, it is asked whether a chat that was shut is open again. */
export const LOOKS_MS = 5 * 60_000;
/** What looks shut may be a proxy in trouble: it is asked about once more so soon. */
export const SHUT_MS = 8_000;
/** Between two looks where there is no stream: somebody watches, nobody watches. */
export const LOOK_MS = [3_000, 15_000] as const;
/** How long the line may be down before the page speaks of it. */
export const LOST_MS_SHOWN = 1_500;
/** Between two announcements to a screen reader. */
export const ANNOUNCE_MS = 3_000;
/** The entries drawn at a time; earlier ones on demand. */
export const SHOWN_MAX = 150;

/** What is wrong with a text, if anything. */
export type Length =
  | { readonly is: "empty" }
  | { readonly is: "fits"; readonly left: number }
  | { readonly is: "over"; readonly by: number };

export function lengthOf(text: string): Length {
  if (text.trim() === "") return { is: "empty" };
  const chars = count(text);
  return chars > TEXT_CHARS_MAX
    ? { is: "over", by: chars - TEXT_CHARS_MAX }
    : { is: "fits", left: TEXT_CHARS_MAX - chars };
}

/** Code points. */
export function count(text: string): number {
  let chars = 0;
  for (const _ of text) chars += 1;
  return chars;
}
