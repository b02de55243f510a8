// What happened to a conversation beside what was said: its stretches, as the history tells them.

import { asProblem } from "$api";
import { segmentsOf, type Segment } from "../segments";

/** The stretches of one conversation that have ended. */
export class Happenings {
  #segments = $state.raw<readonly Segment[]>([]);
  #reading = 0;

  constructor(readonly conversation: string) {}

  /** Those that were read last. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Reads them; after each change of the conversation's row there may be one more. */
  async read(): Promise<void> {
    const reading = ++this.#reading;
    try {
      const rows = await segmentsOf({ conversation: this.conversation });
      if (reading === this.#reading) this.#segments = rows;
    } catch (thrown) {
      // A thread without its lines is still a thread.
      asProblem(thrown);
    }
  }
}
