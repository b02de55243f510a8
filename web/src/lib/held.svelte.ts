// What components add to a list of all for as long as they are there.

/**
 * The newest first. What is shown is state, what is kept is not: an effect that ends reads state as it was before the
 * others changed it, and would write their additions away.
 */
export class Held<One> {
  #kept: readonly (readonly One[])[] = [];
  #shown = $state.raw<readonly One[]>([]);

  /** All there are now. */
  get all(): readonly One[] {
    return this.#shown;
  }

  /** Adds some until the returned function is called. */
  hold(some: readonly One[]): () => void {
    this.#keep([some, ...this.#kept]);
    return () => this.#keep(this.#kept.filter((held) => held !== some));
  }

  #keep(kept: readonly (readonly One[])[]): void {
    this.#kept = kept;
    this.#shown = kept.flat();
  }
}
