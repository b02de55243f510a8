// How long a message may be, counted as the server counts: by signs, of which some are two of JavaScript's.

/** What the server takes. */
export const LONGEST = 16_000;

/** The signs of a text. */
export function signs(text: string): number {
  // Short texts, which nearly all are, cannot be over the limit and need no counting.
  if (text.length <= LONGEST) return text.length;
  let count = 0;
  for (const sign of text) if (sign !== "") count++;
  return count;
}

/** A text as it is sent: blank lines around it are nobody's words. */
export function trimmed(text: string): string {
  return text.trim();
}
