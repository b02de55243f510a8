// Which agents are wanted.

import type { AgentRow } from "$api";
import { inState } from "./attention";
import type { Filters } from "./view.svelte";
import { statusesOf, type Vocabulary } from "./vocabularies";

const MINUTE = 60_000;

/** Whether all filters but the one by status let an agent through: the counts of statuses are of these. */
export function wanted(row: AgentRow, filters: Filters, now: number): boolean {
  const { queue, skill, team, over, text } = filters;
  return (
    (queue === undefined || row.queues.some((seat) => seat.queue === queue)) &&
    (skill === undefined || row.skills.some((one) => one.skill === skill)) &&
    (team === undefined || row.teams.includes(team)) &&
    (over === undefined || (row.status !== "offline" && inState(row, now) >= over * MINUTE)) &&
    (text === "" || says(row, text))
  );
}

/** Whether an agent is in the status that was chosen, if any was. */
export function inStatus(row: AgentRow, vocabulary: Vocabulary, filters: Filters): boolean {
  const { status, queue } = filters;
  return status === undefined || statusesOf(row, vocabulary, queue).some((one) => one.code === status);
}

/** Whether each typed word stands in the name, the login or a skill. */
function says(row: AgentRow, typed: string): boolean {
  const text =
    `${row.name} ${row.login ?? ""} ${row.skills.map((skill) => skill.name).join(" ")}`.toLocaleLowerCase();
  return typed
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
