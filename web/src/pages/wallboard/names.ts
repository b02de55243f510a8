// Names where there is little room.

import { visible } from "$lib/text";

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** `Sofía Vargas` → `Sofía V`: the first word, and the first letter of the last. */
export function shortName(name: string): string {
  const words = visible(name).split(/\s+/).filter(Boolean);
  const [first, last] = [words[0] ?? "", words.length > 1 ? words[words.length - 1] : undefined];
  const initial = last && letters.segment(last)[Symbol.iterator]().next().value?.segment;
  return initial ? `${first} ${initial}` : first;
}
