// The title of the window: which page it is, and a call that wants to be seen.

const NAME = "Readyroom";

class Title {
  #page = $state("");
  #call = $state<string | undefined>(undefined);
  #flip = $state(false);

  /** What stands in the window's title now. */
  get text(): string {
    if (this.#call !== undefined && this.#flip) return this.#call;
    return this.#page === "" ? NAME : `${this.#page} · ${NAME}`;
  }

  /** Which page is open. */
  set page(page: string) {
    this.#page = page;
  }

  /** Takes turns with the page's own title until the returned function is called. */
  flash(call: string): () => void {
    this.#call = call;
    this.#flip = true;
    const turns = setInterval(() => (this.#flip = !this.#flip), 1_000);
    return () => {
      clearInterval(turns);
      this.#call = undefined;
    };
  }
}

/** The one there is. */
export const title = new Title();
