// What people wrote, made safe to look at. It is only ever set as text: nothing here makes HTML.

/** Signs that change the direction of what follows, and others that are not seen. Zero-width joiners stay: scripts need them. */
const HIDDEN =
  /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;

const NAMES: Record<string, string> = {
  "\u061c": "ALM",
  "\u200e": "LRM",
  "\u200f": "RLM",
  "\u202a": "LRE",
  "\u202b": "RLE",
  "\u202c": "PDF",
  "\u202d": "LRO",
  "\u202e": "RLO",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
  "\u200b": "ZWSP",
  "\u2060": "WJ",
  "\ufeff": "BOM",
};

/** A piece of a text: words as they are, or a hidden sign by its name. */
export type Piece = { text: string } | { hidden: string };

/** Cuts a text so that hidden signs can be shown: a name that reads backwards must not pass for another. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let start = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > start) found.push({ text: text.slice(start, match.index) });
    found.push({ hidden: nameOf(match[0]) });
    start = match.index + match[0].length;
  }
  if (start < text.length) found.push({ text: text.slice(start) });
  return found;
}

/** The same as one line of text, where only text can stand: a title, a notification. */
export function visible(text: string): string {
  return pieces(text)
    .map((piece) => ("text" in piece ? piece.text : `⟨${piece.hidden}⟩`))
    .join("");
}

/** `Kwame Mensah` → `KM`: whole letters as readers see them, in any script. */
export function initials(name: string): string {
  const words = visible(name).split(/\s+/).filter(Boolean);
  const shown = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return shown
    .map((word) => firstLetter(word ?? ""))
    .join("")
    .toLocaleUpperCase();
}

/** Dear to make, and asked for each avatar. */
const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The hue of somebody's ground, from 0 to 359: the same person has the same everywhere. */
export function hueOf(id: string): number {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 360;
  return sum;
}

function firstLetter(word: string): string {
  return letters.segment(word)[Symbol.iterator]().next().value?.segment ?? "";
}

function nameOf(sign: string): string {
  return NAMES[sign] ?? `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
