// The title of the window: which page it is, and a call that wants to be seen.

const NAME = "Readyroom";

class Title {
  #page = $state("");
  #call = $state<string | undefined>(undefined);
  #flip = $state(false);
  #unread = $state(0);

  /** What stands in the window's title now. */
  get text(): string {
    if (this.#call !== undefined && this.#flip) return this.#call;
    const page = this.#page === "" ? NAME : `${this.#page} · ${NAME}`;
    return this.#unread > 0 ? `(${this.#unread}) ${page}` : page;
  }

  /** Which page is open. */
  set page(page: string) {
    this.#page = page;
  }

  /** How many words nobody has looked at; they stand before the page's name. */
  set unread(count: number) {
    this.#unread = count;
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
