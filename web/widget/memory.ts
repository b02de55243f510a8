// What a browser keeps of a visitor: the token for all its tabs, what is being written for this one.
// Where a page may store nothing, it is kept until the page is left.

import type { Who } from "./server";

/** Shared by all tabs of a browser. */
export interface Kept {
  readonly token?: string;
  /** The message that was read last. */
  readonly read?: string;
  readonly who?: Who;
  /** Who the server was told they are, when it gave the token. */
  readonly told?: Who;
  /** The visitor does not want to be asked who they are. */
  readonly unasked?: boolean;
  readonly sound?: boolean;
  /** Changes whenever a tab did something the others should look at. */
  readonly stirred?: string;
}

interface Waiting {
  readonly key: string;
  readonly text: string;
  readonly at: number;
  /** When the newest message was said that was there before it. */
  readonly after: number | undefined;
}

/** Of one tab. */
export interface Desk {
  readonly open?: boolean;
  readonly draft?: string;
  /** Written and not confirmed: each keeps its key, so that it is never said twice. */
  readonly outbox?: readonly Waiting[];
}

export class Memory {
  readonly #name: string;
  readonly #shared: Shelf<Kept>;
  readonly #own: Shelf<Desk>;

  constructor(widget: string) {
    this.#name = `readyroom:${widget}`;
    this.#shared = new Shelf(() => localStorage, this.#name);
    this.#own = new Shelf(() => sessionStorage, this.#name);
  }

  get kept(): Kept {
    return this.#shared.read();
  }

  keep(change: { [name in keyof Kept]?: Kept[name] | undefined }): void {
    this.#shared.write({ ...this.kept, ...change } as Kept);
  }

  get desk(): Desk {
    return this.#own.read();
  }

  put(change: { [name in keyof Desk]?: Desk[name] | undefined }): void {
    this.#own.write({ ...this.desk, ...change } as Desk);
  }

  /** Everything of the visitor, in all tabs: the others hear of it and do the same. */
  forget(): void {
    this.#shared.clear();
    this.#own.clear();
  }

  /** Calls when another tab has kept something, or somebody took all of it away. */
  watch(changed: (gone: boolean) => void): void {
    addEventListener("storage", ({ key, newValue }) => {
      const gone = newValue === null && Object.keys(this.kept).length === 0;
      if (key === this.#name || key === null) changed(gone);
    });
  }
}

class Shelf<T extends object> {
  readonly #store: () => Storage;
  readonly #name: string;
  #here: T | undefined;

  constructor(store: () => Storage, name: string) {
    this.#store = store;
    this.#name = name;
  }

  read(): T {
    if (this.#here) return this.#here;
    try {
      const found: unknown = JSON.parse(this.#store().getItem(this.#name) ?? "{}");
      return (typeof found === "object" && found !== null ? found : {}) as T;
    } catch {
      return {} as T;
    }
  }

  write(value: T): void {
    try {
      this.#store().setItem(this.#name, JSON.stringify(value));
      this.#here = undefined;
    } catch {
      // Blocked or full: from here on this page remembers by itself.
      this.#here = value;
    }
  }

  clear(): void {
    this.#here = undefined;
    try {
      this.#store().removeItem(this.#name);
    } catch {
      // Nothing was kept there.
    }
  }
}
