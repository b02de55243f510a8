// Languages: which one a page speaks, its words, and its way with numbers, days and times.

import { ar } from "./ar";
import { type Words, en } from "./en";

/** One more language is one more file and its line here. */
const LANGUAGES: { readonly [tag: string]: { readonly words: Words; readonly dir: "ltr" | "rtl" } } = {
  en: { words: en, dir: "ltr" },
  ar: { words: ar, dir: "rtl" },
};

export interface Tongue {
  readonly words: Words;
  readonly lang: string;
  readonly dir: "ltr" | "rtl";
  number(value: number): string;
  time(at: number): string;
  /** The day, as somebody says it who lives at `now`. */
  day(at: number, now: number): string;
}

/** The first of these tags in whose language the widget has words; English, if in none. */
export function tongue(...tags: readonly (string | null | undefined)[]): Tongue {
  const tag = tags.find((tag) => tag && LANGUAGES[primary(tag)]) ?? "en";
  const { words, dir } = LANGUAGES[primary(tag)] ?? { words: en, dir: "ltr" };
  // The visitor's own region, where it is of this language: who reads English may still count hours to 24.
  const lang =
    [...navigator.languages, tag].find((own) => valid(own) && primary(own) === primary(tag)) ?? primary(tag);
  const [number, time] = [
    new Intl.NumberFormat(lang),
    new Intl.DateTimeFormat(lang, { hour: "numeric", minute: "2-digit" }),
  ];
  return {
    words,
    lang,
    dir,
    number: (value) => number.format(value),
    time: (at) => time.format(at),
    day: (at, now) => {
      const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
      if (days === 0) return words.today;
      if (days === 1) return words.yesterday;
      const near = days > 1 && days < 7;
      const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
      return new Intl.DateTimeFormat(
        lang,
        near ? { weekday: "long" } : { day: "numeric", month: "long", year },
      ).format(at);
    },
  };
}

/** A sentence with its gaps filled. */
export function filled(sentence: string, gaps: { readonly [name: string]: string }): string {
  return sentence.replace(/\{(\w+)\}/g, (gap, name: string) => gaps[name] ?? gap);
}

export function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function primary(tag: string): string {
  return tag.toLowerCase().split(/[-_]/)[0] ?? "";
}

function valid(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
