// What concerns me: my row, what is offered to me, what I have, and which of it is open.

import { createContext, untrack } from "svelte";
import { m } from "$words";
import type { ConversationRow } from "$api";
import { listen, live } from "$live";
import { clients } from "$lib/clients.svelte";
import { route } from "$lib/router.svelte";
import { session } from "$lib/session.svelte";
import { toasts } from "$lib/toasts.svelte";
import { Settings } from "./settings.svelte";
import { sweepDrafts } from "./thread/drafts";
import { sweepOutboxes, unsentOf } from "./thread/outbox.svelte";
import { Talks } from "./thread/talks.svelte";

/** A conversation of mine in each place it can be. */
type Mine = Record<"offered" | "working" | "parked", readonly ConversationRow[]>;

/** The desk of whoever is signed in. Made once by the page; its parts take it with `getDesk`. */
export class Desk {
  readonly clients = clients;
  readonly settings = new Settings();
  readonly talks = new Talks(session.user?.id ?? "");

  /** My own row. */
  readonly me = $derived(live.agents.get(session.user?.id));
  /** My conversations. */
  readonly mine: Mine = $derived.by(() => sorted(live.conversations.all, session.user?.id));
  /** Those in which a client waits for me. */
  readonly awaiting = $derived(
    this.mine.working.filter((row) => row.stage === "active" && row.pending === "agent"),
  );
  /** The one that is open, by the address. */
  readonly openId = $derived(route.query.get("c") ?? undefined);
  /** Its row, while it is mine. */
  readonly open = $derived([...this.mine.working, ...this.mine.parked].find((row) => row.id === this.openId));
  /** Its thread. */
  readonly talk = $derived(this.talks.get(this.openId));

  #toldUnsent = false;

  constructor() {
    listen(() => ["agents", "conversations", "queues"]);
    sweepDrafts();
    sweepOutboxes();
    void this.settings.read();
    const followed = $derived([
      ...new Set([...this.mine.offered, ...this.mine.working].map((row) => row.id).concat(this.openId ?? [])),
    ]);
    $effect(() => {
      const ids = followed;
      untrack(() => this.talks.follow(ids));
    });
    $effect(() => () => this.talks.follow([]));
    $effect(() => {
      const known = [...this.mine.offered, ...this.mine.working, ...this.mine.parked];
      untrack(() => this.clients.want(known.map((row) => row.client)));
    });
    $effect(() => {
      if (!live.knows("conversations")) return;
      untrack(() => {
        const { offered, working, parked } = this.mine;
        this.talks.sweep([...offered, ...working, ...parked].map((row) => row.id));
      });
    });
    $effect(() => {
      if (!live.knows("conversations")) return;
      const talks = this.talks.all;
      untrack(() => {
        const takes = new Set(this.mine.working.filter((row) => row.stage === "active").map((row) => row.id));
        for (const { id, outbox } of talks) outbox.resume(takes.has(id), live.clock.exact());
        this.#tellUnsent();
      });
    });
  }

  /** Whether my row and my conversations are there. */
  get ready(): boolean {
    return live.knows("agents") && live.knows("conversations");
  }

  /** Words to conversations that are over would never be seen again: says once that they were not sent. */
  #tellUnsent(): void {
    if (this.#toldUnsent) return;
    this.#toldUnsent = true;
    const { offered, working, parked } = this.mine;
    const mine = new Set([...offered, ...working, ...parked].map((row) => row.id));
    const over = unsentOf(session.user?.id ?? "").find((id) => !mine.has(id) && id !== this.openId);
    if (over === undefined) return;
    const action = { title: m.desk_show(), run: () => this.choose(over) };
    toasts.say(m.desk_unsent_over(), { kind: "bad", action });
  }

  /** Opens a conversation, or none. */
  choose(id: string | undefined): void {
    route.go(id === undefined ? "/desk" : `/desk?c=${id}`);
  }

  /** Opens the next in the list, or the one before. */
  step(by: 1 | -1): void {
    const list = this.mine.working;
    const place = list.findIndex((row) => row.id === this.openId);
    const next = place < 0 ? list[0] : list[(place + by + list.length) % list.length];
    if (next !== undefined) this.choose(next.id);
  }

  /** Opens the one whose client has waited longest. */
  nextWaiting(): void {
    const since = (row: ConversationRow) => this.talks.get(row.id)?.waitingSince ?? row.queued_at;
    const waiting = this.awaiting.filter((row) => row.id !== this.openId);
    const first = waiting.toSorted((one, other) => since(one).localeCompare(since(other)))[0];
    if (first !== undefined) this.choose(first.id);
  }
}

/** Newest first, and in that order for as long as they are there: a list that jumps is misread. */
function sorted(all: readonly ConversationRow[], me: string | undefined): Mine {
  const mine = all
    .filter((row) => row.agent === me && me !== undefined)
    .toSorted((one, other) => other.id.localeCompare(one.id));
  return {
    offered: mine.filter((row) => row.stage === "offered").reverse(),
    working: mine.filter((row) => row.stage === "active" || row.stage === "wrapping"),
    parked: mine.filter((row) => row.stage === "parked"),
  };
}

/** The desk that the page has made. */
export const [getDesk, setDesk] = createContext<Desk>();
