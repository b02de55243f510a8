// What reasons and teams are called: read once over REST, and again when a row names one that is not known.

import { api, askAll, type Reason, type Schemas } from "$api";
import { getLocale } from "$locale";
import { BUILT_IN_REASONS, reasonName } from "$lib/words";

type Team = Schemas["TeamRow"];

/** Set by a rule or for want of a reason; listed only while somebody is in one. */
const UNCHOSEN = ["unspecified", "no_answer", "kicked_out"];

/** A name that is nowhere is asked for at most so often. */
const AGAIN_MS = 30_000;

/** Reasons and teams, by code and id. */
export class Names {
  #reasons = $state.raw<readonly Reason[]>([]);
  #teams = $state.raw<readonly Team[]>([]);
  #readAt = -Infinity;

  readonly #byCode = $derived(new Map(this.#reasons.map((reason) => [reason.code, reason])));

  /** Reasons as they are listed: the usual ones, those of the account, and at last those that nobody chooses. */
  readonly reasons: readonly Reason[] = $derived(
    this.#reasons.toSorted((one, other) => place(one) - place(other)),
  );

  /** Those that can be chosen now. */
  readonly choosable: readonly Reason[] = $derived(
    this.reasons.filter((reason) => reason.active !== false && !reason.reserved),
  );

  /** Teams by name. */
  get teams(): readonly Team[] {
    return this.#teams;
  }

  /** Reads them; a list that cannot be had leaves codes in the place of names. */
  async read(now = Date.now()): Promise<void> {
    if (now - this.#readAt < AGAIN_MS) return;
    this.#readAt = now;
    const page = (cursor: string | undefined) => ({ params: { query: { cursor, limit: 1000 } } });
    const [reasons, teams] = await Promise.allSettled([
      askAll((cursor) => api.GET("/v1/reasons", page(cursor))),
      askAll((cursor) => api.GET("/v1/teams", page(cursor))),
    ]);
    if (reasons.status === "fulfilled") this.#reasons = reasons.value;
    if (teams.status === "fulfilled") this.#teams = teams.value;
  }

  /** What a reason is called. */
  reason(code: string): string {
    const known = this.#byCode.get(code);
    return known === undefined ? code.replaceAll("_", " ") : reasonName(known.names, getLocale());
  }

  /** Whether a reason can be found among the statuses even when nobody is in it. */
  listed(code: string): boolean {
    return !UNCHOSEN.includes(code) && this.#byCode.get(code)?.active !== false;
  }

  /** What a team is called. */
  team(id: string): string | undefined {
    return this.#teams.find((team) => team.id === id)?.name;
  }
}

/** Those that an account has added come after the others. */
function place({ code }: Reason): number {
  if (UNCHOSEN.includes(code)) return BUILT_IN_REASONS.length + 1;
  const at = BUILT_IN_REASONS.indexOf(code);
  return at < 0 ? BUILT_IN_REASONS.length : at;
}

/** The ones of this page. */
export const names = new Names();
