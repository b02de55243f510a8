// Calling somebody to an offer: the bell, the desktop, the title. One tab of all rings and shows.

import { untrack } from "svelte";
import { m } from "$words";
import { notify } from "$lib/notify.svelte";
import { sound } from "$lib/sound.svelte";
import { callers } from "$lib/tabs.svelte";
import { visible } from "$lib/text";
import { title } from "$lib/title.svelte";

/** An offer, in words for who is not looking. */
export type Calling = { id: string; title: string; text: string };

/** Rings as long as there are offers: `ring(() => offers)`. */
export function ring(offers: () => readonly Calling[]): void {
  const ids = $derived(offers().map((offer) => offer.id));
  const latest = $derived(ids.at(-1));
  const ringing = $derived(ids.length > 0);

  $effect(() => callers.stand());

  // A second offer rings anew where the bell rings once; where it repeats it is heard anyway. A page that is new hears
  // a moment later whether it is the one.
  const bell = $derived(callers.owns && (sound.repeats ? ringing : latest));
  $effect(() => (bell ? untrack(() => sound.ring()) : undefined));

  const shown = $derived(callers.owns ? latest : undefined);
  $effect(() => {
    if (shown === undefined) return undefined;
    return untrack(() => {
      const offer = offers().find((one) => one.id === shown);
      return offer && notify.show(visible(offer.title), visible(offer.text));
    });
  });

  const count = $derived(ids.length);
  $effect(() => (count > 0 ? title.flash(m.desk_title_offers({ count })) : undefined));
}
