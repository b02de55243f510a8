// Rows by id, to be looked at one by one or all together.

import { createSubscriber } from "svelte/reactivity";

/** Those who read one row by its id: there as long as anybody does. */
class Watch {
  #changed = () => {};
  readonly read: () => void;

  constructor(gone: () => void) {
    this.read = createSubscriber((changed) => {
      this.#changed = changed;
      return gone;
    });
  }

  /** Lets them run again. */
  tell(): void {
    this.#changed();
  }
}

/**
 * The rows of one kind. `get` runs its reader again when that row changes, `all` when any does: a tile takes its row by
 * id, a table takes all and sorts them. Rows are whole and never changed in place. Only rows that somebody has read by
 * id cost more than their place in a map, so that thousands may change each second.
 */
export class Rows<Row extends { id: string }> {
  readonly #rows = new Map<string, Row>();
  readonly #watches = new Map<string, Watch>();
  #version = $state(0);
  #changes = 0;
  #list: { version: number; rows: readonly Row[] } = { version: -1, rows: [] };

  /** `settle` sees each row before it is held, with the one it replaces, and may give one that says the same with less. */
  constructor(private readonly settle: (row: Row, before?: Row) => Row = (row) => row) {}

  /** The row of this id. */
  get(id: string | null | undefined): Row | undefined {
    if (id === null || id === undefined) return undefined;
    if ($effect.tracking()) this.#watch(id).read();
    return this.#rows.get(id);
  }

  /** All of them, in no order that means anything: sort before showing. */
  get all(): readonly Row[] {
    void this.#version;
    if (this.#list.version !== this.#changes) {
      this.#list = { version: this.#changes, rows: [...this.#rows.values()] };
    }
    return this.#list.rows;
  }

  /** How many there are. */
  get size(): number {
    void this.#version;
    return this.#rows.size;
  }

  /** Counts all changes; reading it makes nobody run again. */
  get version(): number {
    return this.#changes;
  }

  /** Sets rows in the place of those with the same id. */
  put(rows: readonly Row[]): void {
    for (const row of rows) this.#set(row);
    if (rows.length > 0) this.#changed();
  }

  /** These are gone. */
  drop(ids: readonly string[]): void {
    for (const id of ids) this.#delete(id);
    if (ids.length > 0) this.#changed();
  }

  /** These are all there are. */
  replace(rows: readonly Row[]): void {
    const staying = new Set(rows.map((row) => row.id));
    for (const id of [...this.#rows.keys()]) if (!staying.has(id)) this.#delete(id);
    for (const row of rows) this.#set(row);
    this.#changed();
  }

  /** Only these are still listened to. */
  keep(stays: (row: Row) => boolean): void {
    this.drop([...this.#rows.values()].filter((row) => !stays(row)).map((row) => row.id));
  }

  #watch(id: string): Watch {
    const known = this.#watches.get(id);
    if (known !== undefined) return known;
    const watch = new Watch(() => this.#watches.delete(id));
    this.#watches.set(id, watch);
    return watch;
  }

  #set(row: Row): void {
    this.#rows.set(row.id, this.settle(row, this.#rows.get(row.id)));
    this.#watches.get(row.id)?.tell();
  }

  #delete(id: string): void {
    if (this.#rows.delete(id)) this.#watches.get(id)?.tell();
  }

  #changed(): void {
    this.#changes++;
    this.#version = this.#changes;
  }
}
