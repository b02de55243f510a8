// Which part of a long list is drawn: enough for what is seen, and never more than the page can bear.

/** From and behind which place. */
export type Part = { from: number; to: number };

/** So many are drawn at most. */
export const DRAWN_MAX = 160;
/** So many come at once when one reads on. */
export const STEP = 60;

/** The end of a list of this length. */
export function lastPart(length: number): Part {
  return { from: Math.max(0, length - DRAWN_MAX + STEP), to: length };
}

/** The same part with earlier things, and without as many of the last ones. */
export function earlier({ from, to }: Part): Part {
  const begins = Math.max(0, from - STEP);
  return { from: begins, to: Math.min(to, begins + DRAWN_MAX) };
}

/** The same part with later things. */
export function later({ from, to }: Part, length: number): Part {
  const ends = Math.min(length, to + STEP);
  return { from: Math.max(from, ends - DRAWN_MAX), to: ends };
}

/** The part after the list grew: one who reads the end sees what comes. */
export function grown(part: Part, before: number, length: number): Part {
  if (part.to < before) return part;
  return { from: length - part.from > DRAWN_MAX ? lastPart(length).from : part.from, to: length };
}
