// Something that is read from the server, and why it could not be.

import { asProblem, type Problem } from "./api/problem";

/** A read that can be repeated. The newest one counts, whatever order the answers come in. */
export class Reading<Data> {
  #data = $state.raw<Data | undefined>(undefined);
  #problem = $state.raw<Problem | undefined>(undefined);
  #busy = $state(false);
  #newest = 0;

  constructor(private readonly read: () => Promise<Data>) {}

  /** What was read the last time that it went well. */
  get data(): Data | undefined {
    return this.#data;
  }

  /** Why the last one failed. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** One is under way. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Reads. */
  readonly run = async (): Promise<void> => {
    const mine = ++this.#newest;
    this.#busy = true;
    try {
      const data = await this.read();
      if (mine === this.#newest) [this.#data, this.#problem] = [data, undefined];
    } catch (thrown) {
      if (mine === this.#newest) this.#problem = asProblem(thrown);
    } finally {
      if (mine === this.#newest) this.#busy = false;
    }
  };
}
