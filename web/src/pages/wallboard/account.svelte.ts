// The account's name and the zone of its days. A screen that starts before its server asks until it is answered.

import { api, ask, type Schemas } from "$api";

const AGAIN_MS = 10_000;

/** Asks for it, as long as the component is there. */
export function account(): { readonly row: Schemas["AccountBody"] | undefined } {
  let row = $state.raw<Schemas["AccountBody"]>();
  $effect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wanted = true;
    const look = () =>
      ask(api.GET("/v1/account")).then(
        (found) => (row = found),
        // The board says itself that the server cannot be reached.
        () => wanted && (timer = setTimeout(look, AGAIN_MS)),
      );
    void look();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  });
  return {
    get row() {
      return row;
    },
  };
}
