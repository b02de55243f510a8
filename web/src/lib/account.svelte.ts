// The account: its name, and the zone of its days, in which all pages tell the time.

import { api, ask, type Schemas } from "$api";
import { tellIn } from "./zone.svelte";

const AGAIN_MS = 10_000;

class Account {
  #row = $state.raw<Schemas["AccountBody"]>();

  /** What the server said last. */
  get row(): Schemas["AccountBody"] | undefined {
    return this.#row;
  }

  /** Asks for it until it is answered, or until the returned function is called. */
  look(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wanted = true;
    const once = () =>
      ask(api.GET("/v1/account")).then(
        (found) => {
          if (!wanted) return;
          this.#row = found;
          tellIn(found.zone);
        },
        // That the server cannot be reached is said elsewhere.
        () => wanted && (timer = setTimeout(once, AGAIN_MS)),
      );
    void once();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }
}

/** The account of whoever is here. */
export const account = new Account();
