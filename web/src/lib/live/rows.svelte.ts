// Rows by id, to be looked at one by one or all together.

import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";

/**
 * The rows of one kind. `get` runs its reader again when that row changes, `all` when any does: a tile takes its row by
 * id, a table takes all and sorts them. Rows are whole and never changed in place.
 */
export class Rows<Row extends { id: string }> {
  #rows = new SvelteMap<string, Row>();
  #version = $state(0);
  #list: { version: number; rows: readonly Row[] } = { version: -1, rows: [] };

  /** The row of this id. */
  get(id: string | null | undefined): Row | undefined {
    return id === null || id === undefined ? undefined : this.#rows.get(id);
  }

  /** All of them, in no order that means anything: sort before showing. */
  get all(): readonly Row[] {
    const version = this.#version;
    if (this.#list.version !== version) {
      this.#list = { version, rows: untrack(() => [...this.#rows.values()]) };
    }
    return this.#list.rows;
  }

  /** How many there are. */
  get size(): number {
    return this.#rows.size;
  }

  /** Sets rows in the place of those with the same id. */
  put(rows: readonly Row[]): void {
    for (const row of rows) this.#rows.set(row.id, row);
    if (rows.length > 0) this.#changed();
  }

  /** These are gone. */
  drop(ids: readonly string[]): void {
    for (const id of ids) this.#rows.delete(id);
    if (ids.length > 0) this.#changed();
  }

  /** These are all there are. */
  replace(rows: readonly Row[]): void {
    const staying = new Set(rows.map((row) => row.id));
    const gone = untrack(() => [...this.#rows.keys()]).filter((id) => !staying.has(id));
    for (const id of gone) this.#rows.delete(id);
    for (const row of rows) this.#rows.set(row.id, row);
    this.#changed();
  }

  /** Only these are still listened to. */
  keep(stays: (row: Row) => boolean): void {
    this.drop(
      untrack(() => [...this.#rows.values()])
        .filter((row) => !stays(row))
        .map((row) => row.id),
    );
  }

  #changed(): void {
    this.#version = untrack(() => this.#version) + 1;
  }
}
