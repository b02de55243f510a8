// A long list that comes in pages, one press after the other.

import { ask } from "./api";
import { asProblem, type Problem } from "./api/problem";

type Page<Row> = { data: Row[]; next?: string | null };

/** The rows so far, and whether there are more. */
export class Pages<Row> {
  #rows = $state.raw<readonly Row[] | undefined>(undefined);
  #next = $state.raw<string | undefined>(undefined);
  #problem = $state.raw<Problem | undefined>(undefined);
  #busy = $state(false);
  #newest = 0;

  constructor(
    private readonly page: (cursor: string | undefined) => Promise<{ data?: Page<Row>; response: Response }>,
  ) {}

  /** Those that were read; none are known before the first page. */
  get rows(): readonly Row[] | undefined {
    return this.#rows;
  }

  /** Whether there are more. */
  get more(): boolean {
    return this.#next !== undefined;
  }

  get problem(): Problem | undefined {
    return this.#problem;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Reads the first page; the rows before it stay until it is there. */
  readonly begin = (): Promise<void> => this.#read(undefined);

  /** Reads the next page. */
  readonly on = (): Promise<void> => (this.#busy ? Promise.resolve() : this.#read(this.#next));

  async #read(cursor: string | undefined): Promise<void> {
    const mine = ++this.#newest;
    this.#busy = true;
    try {
      const { data, next } = await ask(this.page(cursor));
      if (mine !== this.#newest) return;
      this.#rows = cursor === undefined ? data : [...(this.#rows ?? []), ...data];
      this.#next = next ?? undefined;
      this.#problem = undefined;
    } catch (thrown) {
      if (mine === this.#newest) this.#problem = asProblem(thrown);
    } finally {
      if (mine === this.#newest) this.#busy = false;
    }
  }
}
