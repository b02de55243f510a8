// Durations, clocks, days and numbers, in the reader's language. A clock never stands without its zone.

import { getLocale } from "$locale";
import { ownZone } from "./zone.svelte";

export { ownZone };

/** An instant as the server writes it, in epoch milliseconds. */
export function instant(written: string): number {
  return Date.parse(written);
}

/** `0:07`, `12:46`, `1:02:03`: how timers count. Less than nothing is nothing. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `7h 20m` in the reader's language: for long times in which seconds mean nothing. */
export function longDuration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const unit = (value: number, name: "hour" | "minute") =>
    number(value, { style: "unit", unit: name, unitDisplay: "narrow" });
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  return h > 0 ? `${unit(h, "hour")} ${unit(m, "minute")}` : unit(m, "minute");
}

/** `PT12M46S`, for the `datetime` of a `<time>`. */
export function isoDuration(ms: number): string {
  return `PT${Math.max(0, Math.floor(ms / 1000))}S`;
}

/** `14:32` in a zone, the account's unless given. */
export function clock(ms: number, zone = ownZone()): string {
  return dated({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(ms);
}

/** `20 Nov` in a zone. */
export function day(ms: number, zone = ownZone()): string {
  return dated({ day: "numeric", month: "short", timeZone: zone }).format(ms);
}

/** `Friday 20 November` in a zone. */
export function longDay(ms: number, zone = ownZone()): string {
  return dated({ weekday: "long", day: "numeric", month: "long", timeZone: zone }).format(ms);
}

/** `20 Nov, 14:32`, for what is not of today. */
export function moment(ms: number, zone = ownZone()): string {
  return `${day(ms, zone)}, ${clock(ms, zone)}`;
}

/** A number with the reader's digits and marks. */
export function number(value: number, options?: Intl.NumberFormatOptions): string {
  return numbered(options ?? {}).format(value);
}

/** `87 %` of a share between 0 and 1. */
export function percent(share: number): string {
  return number(share, { style: "percent", maximumFractionDigits: 0 });
}

/** Which of two names comes first, as the reader's language has it. */
export function byName(one: { name: string }, other: { name: string }): number {
  return collator().compare(one.name, other.name);
}

/** What a language is called: `fr` → `French`; nothing for what is no language. */
export function languageName(locale: string): string {
  if (!/^[a-z]{2}$/.test(locale)) return "";
  const names = new Intl.DisplayNames(getLocale(), { type: "language", fallback: "none" });
  return names.of(locale) ?? "";
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

// Intl's objects are dear to make and are asked for on every tick.
const made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat | Intl.Collator>();

function once<Formatter extends Intl.DateTimeFormat | Intl.NumberFormat | Intl.Collator>(
  kind: string,
  options: object,
  make: (locale: string) => Formatter,
): Formatter {
  const name = `${kind} ${getLocale()} ${JSON.stringify(options)}`;
  const known = made.get(name) ?? make(tag());
  made.set(name, known);
  return known as Formatter;
}

/** English without a country would put the month first. Digits are the same in all languages: timers write them too. */
function tag(): string {
  return getLocale() === "en" ? "en-GB" : `${getLocale()}-u-nu-latn`;
}

function dated(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return once("date", options, (locale) => new Intl.DateTimeFormat(locale, options));
}

function numbered(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return once("number", options, (locale) => new Intl.NumberFormat(locale, options));
}

function collator(): Intl.Collator {
  return once("collator", {}, (locale) => new Intl.Collator(locale, { sensitivity: "base", numeric: true }));
}
