// A press that asks the server for something: busy meanwhile, and a word when it was refused.

import { asProblem, type Problem } from "./api/problem";
import { toasts } from "./toasts.svelte";

/**
 * One thing that can be asked for at a time.
 *
 *     const accept = new Act(() => ask(api.POST("/v1/offers/{id}/accept", { params: { path: { id } }, body: {} })));
 *     <Button busy={accept.busy} onclick={accept.run}>…</Button>
 */
export class Act<Args extends unknown[] = []> {
  #busy = $state(false);
  #problem = $state.raw<Problem | undefined>(undefined);

  constructor(
    private readonly doIt: (...args: Args) => Promise<unknown>,
    /** Where the refusal is told: in a toast, or by the page itself, beside the fields (`problem`). */
    private readonly told: "toast" | "here" = "toast",
  ) {}

  /** It is under way. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Why it was refused the last time. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Asks; a second press meanwhile does nothing. Whether it was done. */
  readonly run = async (...args: Args): Promise<boolean> => {
    if (this.#busy) return false;
    this.#busy = true;
    this.#problem = undefined;
    try {
      await this.doIt(...args);
      return true;
    } catch (thrown) {
      this.#problem = asProblem(thrown);
      if (this.told === "toast") toasts.refuse(this.#problem);
      return false;
    } finally {
      this.#busy = false;
    }
  };
}
