// What clients wrote that nobody looks at: a mark in the title, and a word when the page is elsewhere.

import { untrack } from "svelte";
import { m } from "$words";
import { notify } from "$lib/notify.svelte";
import { sound } from "$lib/sound.svelte";
import { desks } from "$lib/tabs.svelte";
import { visible } from "$lib/text";
import { title } from "$lib/title.svelte";
import type { Desk } from "../desk.svelte";

/** So long a word may lie there before it is said aloud: who reads it has seen it by then, in whichever tab. */
export const LOOK_MS = 1_000;

/** What a conversation of mine tells of itself. */
export type Heard = {
  id: string;
  /** The position of the client's last word; 0 before the first, none before the thread was read. */
  newest: number | undefined;
};

/** Which words are news. Those of conversations that were there when the page was opened are not. */
export class News {
  readonly #told = new Map<string, number>();
  #before: ReadonlySet<string> | undefined;

  /** Those with a word that was not there the last time. */
  of(all: readonly Heard[]): string[] {
    this.#before ??= new Set(all.map(({ id }) => id));
    return all.flatMap(({ id, newest }) => {
      if (newest === undefined) return [];
      const told = this.#told.get(id) ?? (this.#before?.has(id) ? newest : 0);
      this.#told.set(id, newest);
      return newest > told ? [id] : [];
    });
  }
}

/** Tells of them as long as the desk is open. */
export function tellUnheard(desk: Desk): void {
  const news = new News();
  const looks = new Set<ReturnType<typeof setTimeout>>();
  let shown: (() => void) | undefined;

  const heard = $derived(
    desk.mine.working.flatMap((row) => {
      const talk = desk.talks.get(row.id);
      if (talk === undefined) return [];
      const newest = talk.thread.loaded.state === "ready" ? talk.newest : undefined;
      return [{ id: row.id, newest }];
    }),
  );
  const unread = $derived(
    desk.mine.working.reduce((sum, row) => sum + (desk.talks.get(row.id)?.unread ?? 0), 0),
  );

  $effect(() => desks.stand());
  $effect(() => {
    if (!desk.ready) return;
    for (const id of news.of(heard)) looks.add(setTimeout(() => tell(id), LOOK_MS));
  });
  $effect(() => () => looks.forEach((look) => clearTimeout(look)));
  $effect(() => {
    title.unread = unread;
    // Looked at here or in another tab: what was shown of it is over.
    if (unread === 0) shown?.();
    return () => (title.unread = 0);
  });

  function tell(id: string): void {
    untrack(() => {
      const talk = desk.talks.get(id);
      const row = desk.mine.working.find((one) => one.id === id);
      talk?.remember();
      if (!talk || !row || talk.unread === 0 || !desks.owns) return;
      const client = visible(desk.clients.name(row.client));
      sound.chime();
      shown?.();
      shown = notify.show(m.desk_wrote({ client }), visible(talk.said?.text ?? ""), "word", desks);
    });
  }
}
