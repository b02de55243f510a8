// What the command bar (Ctrl K) can do: the pages that are open say so.

import { Held } from "./held.svelte";
import type { IconName } from "./ui/icons";

/** Something one can do by name. */
export type Command = {
  id: string;
  /** In the reader's language; what is typed is looked for in it. */
  title: string;
  /** Under which heading it stands. */
  group: string;
  icon?: IconName;
  /** Which shortcut does the same: `alt+1`. */
  keys?: string;
  /** More words by which it is found. */
  also?: string;
  run: () => void;
};

/** The one list, those of the newest page first. */
export const commands = new Held<Command>();

/** Offers commands as long as the component is there: `offer(() => [{ id, title, group, run }])`. */
export function offer(some: () => readonly Command[]): void {
  $effect(() => commands.hold(some()));
}

/** Those in which every typed word stands, in their order; what begins with the first of them comes first. */
export function found<One extends Pick<Command, "title" | "group" | "also">>(
  all: readonly One[],
  typed: string,
): One[] {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const first = words[0];
  if (first === undefined) return [...all];
  const fits = all.filter((one) => {
    const text = `${one.title} ${one.group} ${one.also ?? ""}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  const begins = (one: One) => one.title.toLocaleLowerCase().startsWith(first);
  return [...fits.filter(begins), ...fits.filter((one) => !begins(one))];
}
