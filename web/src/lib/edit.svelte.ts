// One thing of the server being changed, which somebody else may change at the same time.

import type { Tagged } from "./api";
import { asProblem } from "./api/problem";
import { differences, together, type Difference } from "./conflict";
import { Form, type FormRules } from "./form.svelte";

/** How the server says that it is not any more what was read. */
const CHANGED: readonly string[] = ["changed", "stale"];

/** How a thing is read, shown in fields and written. */
export type EditWays<Row, Values extends object> = FormRules<Values> & {
  values: (row: Row) => Values;
  read: () => Promise<Tagged<Row>>;
  /** Writes, if it is still as `etag` says. */
  write: (values: Values, etag: string, saved: Values) => Promise<unknown>;
};

/** A form over something stored. Whoever saves over another's change is shown it first. */
export class Edit<Row, Values extends object> {
  readonly form: Form<Values>;
  #row = $state.raw() as Row;
  #etag: string;
  #theirs = $state.raw<Tagged<Row> | undefined>(undefined);

  constructor(
    first: Tagged<Row>,
    private readonly ways: EditWays<Row, Values>,
  ) {
    this.#row = first.data;
    this.#etag = first.etag;
    this.form = new Form(ways.values(first.data), ways);
  }

  /** As it is stored. */
  get row(): Row {
    return this.#row;
  }

  /** What somebody else changed meanwhile; until that is settled nothing is saved. */
  get clash(): Difference<Values>[] | undefined {
    if (this.#theirs === undefined) return undefined;
    return differences(this.form.saved, this.ways.values(this.#theirs.data), this.form.values);
  }

  /** Saves what is entered. */
  readonly save = async (): Promise<boolean> => {
    const done = await this.form.send((values) => this.ways.write(values, this.#etag, this.form.saved));
    // It was saved, or refused, and that was told; what is there now may be unknown for a while.
    if (done) await this.again().catch(asProblem);
    else if (CHANGED.includes(this.form.problem?.code ?? "")) await this.#look().catch(asProblem);
    return done;
  };

  /** Reads it anew; what is entered and not saved is lost. */
  readonly again = async (): Promise<void> => this.#take(await this.ways.read());

  /** Out of a clash: what they have, and nothing of mine. */
  readonly takeTheirs = (): void => {
    if (this.#theirs !== undefined) this.#take(this.#theirs);
  };

  /** Out of a clash: what I changed as I have it, the rest as they have it. */
  readonly keepMine = async (): Promise<boolean> => {
    const theirs = this.#theirs;
    if (theirs === undefined) return false;
    const values = this.ways.values(theirs.data);
    const mine = together(this.form.saved, values, $state.snapshot(this.form.values) as Values);
    this.#row = theirs.data;
    this.#etag = theirs.etag;
    this.#theirs = undefined;
    this.form.rebase(values, mine);
    return this.save();
  };

  async #look(): Promise<void> {
    const theirs = await this.ways.read();
    this.#theirs = theirs;
    // What changed may be nothing that stands in these fields.
    if (this.clash?.length === 0) await this.keepMine();
  }

  #take(read: Tagged<Row>): void {
    this.#row = read.data;
    this.#etag = read.etag;
    this.#theirs = undefined;
    this.form.begin(this.ways.values(read.data));
  }
}
