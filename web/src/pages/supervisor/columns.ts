// The columns of the agents' table: what they are called, how wide they are, what stands in them, and how they sort.
// What the table shows and what is exported is the same text.

import { m } from "$words";
import type { AgentRow } from "$api";
import { duration, instant, longDuration, number } from "$lib/format";
import { visible } from "$lib/text";
import { detailOf, type QueueName } from "./detail";
import { names } from "./names.svelte";
import { deskWord, seatWord, statusesOf, statusWord, type Vocabulary } from "./vocabularies";

export const COLUMN_IDS = [
  "name",
  "state",
  "since",
  "status",
  "chats",
  "capacity",
  "skills",
  "aux",
  "waiting",
  "handled",
  "idle",
  "presence",
] as const;

/** A column's name in addresses. */
export type ColumnId = (typeof COLUMN_IDS)[number];

/** With what cells are written. */
export type Shown = {
  now: number;
  vocabulary: Vocabulary;
  /** Which queue was chosen. */
  queue?: string;
  queueName: QueueName;
};

/** A column. */
export type Column = {
  id: ColumnId;
  title: () => string;
  /** What the title means, where it does not say it all. */
  hint?: () => string;
  /** In pixels; one without takes what is left. */
  width?: number;
  /** Figures stand at the end of their cell. */
  end?: boolean;
  text: (row: AgentRow, shown: Shown) => string;
  /** By what rows are sorted, the least first. */
  key: (row: AgentRow, shown: Shown) => string | number;
};

const NONE = "–";

const counted = (value: (row: AgentRow) => number) => ({
  end: true,
  text: (row: AgentRow) => number(value(row)),
  key: (row: AgentRow) => -value(row),
});

/** All of them, in their order. */
const ALL: readonly Column[] = [
  {
    id: "name",
    title: m.supervisor_name,
    width: 206,
    text: (row) => visible(row.name),
    key: (row) => row.name,
  },
  {
    id: "state",
    title: m.supervisor_state,
    width: 232,
    text: stateText,
    key: stateText,
  },
  {
    id: "since",
    title: m.supervisor_in_state,
    hint: m.supervisor_in_state_hint,
    width: 88,
    end: true,
    text: sinceText,
    key: (row, shown) => sinceOf(row, shown) ?? Infinity,
  },
  {
    id: "status",
    title: m.supervisor_status,
    hint: m.supervisor_status_hint,
    width: 92,
    text: deskWord,
    key: deskWord,
  },
  { id: "chats", title: m.supervisor_active_chats, width: 110, ...counted((row) => row.chats) },
  {
    id: "capacity",
    title: m.supervisor_max_capacity,
    width: 134,
    text: (row) => m.supervisor_slots({ used: number(row.slots_used), total: number(row.slots) }),
    key: (row) => -row.slots_used / row.slots,
  },
  {
    id: "skills",
    title: m.supervisor_skill_sets,
    text: (row) =>
      row.skills.map((skill) => `${visible(skill.name)} ${number(skill.level)}`).join(" · ") || NONE,
    key: (row) => -row.skills.length,
  },
  {
    id: "aux",
    title: m.supervisor_aux,
    width: 112,
    text: auxText,
    key: auxText,
  },
  {
    id: "waiting",
    title: m.supervisor_waiting_clients,
    hint: m.supervisor_waiting_clients_hint,
    width: 74,
    ...counted((row) => row.awaiting_agent),
  },
  {
    id: "handled",
    title: m.supervisor_handled,
    hint: m.supervisor_handled_hint,
    width: 64,
    ...counted((row) => row.handled),
  },
  {
    id: "idle",
    title: m.supervisor_last_work,
    hint: m.supervisor_last_work_hint,
    width: 90,
    end: true,
    text: (row, { now }) => (row.status === "offline" ? NONE : longDuration(now - instant(row.idle_since))),
    key: (row) => (row.status === "offline" ? Infinity : instant(row.idle_since)),
  },
  {
    id: "presence",
    title: m.supervisor_presence,
    hint: m.supervisor_presence_hint,
    width: 94,
    end: true,
    text: (row, { now }) => {
      const since = presentSince(row);
      return since === undefined ? NONE : longDuration(now - since);
    },
    key: (row) => presentSince(row) ?? Infinity,
  },
];

const BY_ID = new Map(ALL.map((column) => [column.id, column]));

/** The six of a desk's list of agents. */
const DESK: readonly ColumnId[] = ["name", "status", "chats", "capacity", "skills", "aux"];

/** What the list of agents always has, and what it has as well where there is room, the most wanted first. */
const ALWAYS: readonly ColumnId[] = ["name", "state", "since"];
const ROOM: readonly ColumnId[] = [
  "status",
  "chats",
  "capacity",
  "skills",
  "aux",
  "waiting",
  "handled",
  "presence",
  "idle",
];

/** What a column without a width needs, and what the press at the end of a row takes. */
const LEFT = 150;
export const END = 44;

/** The column of this name. */
export function columnOf(id: ColumnId): Column {
  const column = BY_ID.get(id);
  if (column === undefined) throw new Error(`every column stands in the list: ${id}`);
  return column;
}

/** The columns of a table this wide. */
export function columnsFor(kind: "all" | "desk", width: number): Column[] {
  if (kind === "desk") return DESK.map(columnOf);
  const chosen = new Set(ALWAYS);
  let room = width - END - ALWAYS.reduce((sum, id) => sum + widthOf(id), 0);
  for (const id of ROOM) {
    room -= widthOf(id);
    if (room < 0) break;
    chosen.add(id);
  }
  return ALL.filter((column) => chosen.has(column.id));
}

/** Since when the time of a row runs; the widget counts otherwise than the floor, and for the active not at all. */
export function sinceOf(row: AgentRow, { vocabulary }: Pick<Shown, "vocabulary">): number | undefined {
  if (vocabulary !== "widget") return instant(row.bucket_since);
  return row.widget_shows_counts || !row.widget_since ? undefined : instant(row.widget_since);
}

/** The time in the state as it is read; where the widget counts threads, those. */
export function sinceText(row: AgentRow, shown: Shown): string {
  if (shown.vocabulary === "widget" && row.widget_shows_counts) {
    return m.supervisor_threads({ count: row.threads, shown: number(row.threads) });
  }
  const since = sinceOf(row, shown);
  return since === undefined ? NONE : duration(shown.now - since);
}

/** The state as it is read, with what stands beside it. */
export function stateText(row: AgentRow, shown: Shown): string {
  return [stateWord(row, shown), besideState(row, shown)].filter((part) => part !== "").join(" · ");
}

/** The state in the chosen words. */
export function stateWord(row: AgentRow, { vocabulary, queue }: Shown): string {
  if (vocabulary === "acd" && queue === undefined) return seats(row);
  return statusesOf(row, vocabulary, queue)
    .map((status) => visible(statusWord(vocabulary, status.code)))
    .join(", ");
}

/** What stands beside it: the widget's words carry their reason themselves. */
export function besideState(row: AgentRow, shown: Shown): string {
  if (shown.vocabulary === "widget") return "";
  if (shown.vocabulary === "acd") {
    const reason = row.queues.find((seat) => seat.queue === shown.queue)?.reason;
    return reason ? visible(names.reason(reason)) : "";
  }
  return detailOf(row, shown.queueName, shown.now);
}

function seats(row: AgentRow): string {
  const tally = new Map<string, number>();
  for (const seat of row.queues) tally.set(seatWord(seat), (tally.get(seatWord(seat)) ?? 0) + 1);
  if (tally.size === 0) return m.supervisor_in_no_queue();
  return [...tally].map(([word, count]) => (tally.size > 1 ? `${word} ${number(count)}` : word)).join(", ");
}

function auxText(row: AgentRow): string {
  if (!row.aux) return NONE;
  return row.aux.aux === "wrap_up" || row.aux.reason === undefined
    ? m.supervisor_aux_wrap_up()
    : visible(names.reason(row.aux.reason));
}

function presentSince(row: AgentRow): number | undefined {
  return row.status === "offline" || !row.logged_in_at ? undefined : instant(row.logged_in_at);
}

function widthOf(id: ColumnId): number {
  return columnOf(id).width ?? LEFT;
}
