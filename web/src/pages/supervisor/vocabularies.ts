// The five vocabularies in which an agent's state is told. All of them stand in the row; nothing is worked out here.

import { m } from "$words";
import type { AgentRow } from "$api";
import { bucketWord } from "$lib/words";
import { BUCKETS, type Bucket } from "$ui";
import { names } from "./names.svelte";

/** Whose words. */
export const VOCABULARIES = ["floor", "desk", "supervisor", "widget", "acd"] as const;
export type Vocabulary = (typeof VOCABULARIES)[number];

/** A status: its code, and with which picture and colour it is shown. */
export type Status = { code: string; look: Bucket };

type Desk = AgentRow["desk"];
type Supervisor = AgentRow["supervisor"];
type Widget = AgentRow["widget"]["status"];
type Seat = AgentRow["queues"][number];
type Acd = Seat["state"];
type Looks<Code extends string> = Record<Code, { word: () => string; look: Bucket }>;

const DESK: Looks<Desk> = {
  available: { word: m.supervisor_desk_available, look: "ready" },
  busy: { word: m.supervisor_desk_busy, look: "incall" },
  away: { word: m.supervisor_desk_away, look: "paused" },
  offline: { word: m.supervisor_desk_offline, look: "offline" },
};

const SUPERVISOR: Looks<Supervisor> = {
  available: { word: m.supervisor_sup_available, look: "ready" },
  connected: { word: m.supervisor_sup_connected, look: "incall" },
  absent: { word: m.supervisor_sup_absent, look: "paused" },
};

/** In the order of the widget's filter; the reasons stand in the place of `inactive`. */
const WIDGET: Looks<Widget> = {
  active_out_only: { word: m.supervisor_widget_out_only, look: "extcall" },
  active: { word: m.supervisor_widget_active, look: "incall" },
  active_free: { word: m.supervisor_widget_free, look: "ready" },
  active_finishing: { word: m.supervisor_widget_finishing, look: "wrapup" },
  inactive: { word: m.supervisor_widget_inactive, look: "paused" },
  not_ready: { word: m.supervisor_widget_not_ready, look: "idle" },
  kicked_out: { word: m.supervisor_widget_kicked_out, look: "unreachable" },
  offline: { word: m.supervisor_widget_offline, look: "offline" },
};

const ACD: Looks<Acd> = {
  READY: { word: m.supervisor_acd_ready, look: "ready" },
  QUEUE_CALL: { word: m.supervisor_acd_queue_call, look: "incall" },
  OTHER_CALL: { word: m.supervisor_acd_other_call, look: "extcall" },
  WRAP_UP: { word: m.supervisor_acd_wrap_up, look: "wrapup" },
  NOT_READY: { word: m.supervisor_acd_not_ready, look: "paused" },
  OFFLINE: { word: m.supervisor_acd_offline, look: "unreachable" },
  LOGGED_OUT: { word: m.supervisor_acd_logged_out, look: "offline" },
};

const REASON = "reason:";

/** What a vocabulary is called. */
export function vocabularyWord(vocabulary: Vocabulary): string {
  return {
    floor: m.supervisor_words_floor,
    desk: m.supervisor_words_desk,
    supervisor: m.supervisor_words_supervisor,
    widget: m.supervisor_words_widget,
    acd: m.supervisor_words_acd,
  }[vocabulary]();
}

/** The statuses of an agent: one, but for the words that tell of each queue apart and no queue was chosen. */
export function statusesOf(row: AgentRow, vocabulary: Vocabulary, queue?: string): Status[] {
  switch (vocabulary) {
    case "floor":
      return [{ code: row.bucket, look: row.bucket }];
    case "desk":
      return [{ code: row.desk, look: DESK[row.desk].look }];
    case "supervisor":
      return [{ code: row.supervisor, look: SUPERVISOR[row.supervisor].look }];
    case "widget": {
      const { status, reason } = row.widget;
      const code = status === "inactive" && reason !== undefined ? REASON + reason : status;
      return [{ code, look: WIDGET[status].look }];
    }
    case "acd": {
      const states = new Set(
        row.queues.filter((seat) => queue === undefined || seat.queue === queue).map((seat) => seat.state),
      );
      return [...states].map((code) => ({ code, look: ACD[code].look }));
    }
  }
}

/** All statuses there are in a vocabulary, in the order in which they are chosen from. */
export function allStatuses(vocabulary: Vocabulary): Status[] {
  switch (vocabulary) {
    case "floor":
      return BUCKETS.map((bucket) => ({ code: bucket, look: bucket }));
    case "desk":
      return listed(DESK);
    case "supervisor":
      return listed(SUPERVISOR);
    case "widget":
      return listed(WIDGET).flatMap((status) =>
        status.code !== "inactive"
          ? [status]
          : names.reasons
              .filter((reason) => reason.code !== "kicked_out")
              .map((reason) => ({ code: REASON + reason.code, look: status.look })),
      );
    case "acd":
      return listed(ACD);
  }
}

/** Whether a status is offered although nobody is in it. */
export function standing(status: Status): boolean {
  return !status.code.startsWith(REASON) || names.listed(status.code.slice(REASON.length));
}

/** What a status is called. */
export function statusWord(vocabulary: Vocabulary, code: string): string {
  if (code.startsWith(REASON)) return names.reason(code.slice(REASON.length));
  switch (vocabulary) {
    case "floor":
      return bucketWord(code as Bucket);
    case "desk":
      return DESK[code as Desk].word();
    case "supervisor":
      return SUPERVISOR[code as Supervisor].word();
    case "widget":
      return WIDGET[code as Widget].word();
    case "acd":
      return ACD[code as Acd].word();
  }
}

/** The desk's status, exactly one of its four words. */
export function deskWord(row: AgentRow): string {
  return DESK[row.desk].word();
}

/** How an agent stands in one queue. */
export function seatWord(seat: Pick<Seat, "state">): string {
  return ACD[seat.state].word();
}

/** With which picture and colour that is shown. */
export function seatLook(seat: Pick<Seat, "state">): Bucket {
  return ACD[seat.state].look;
}

function listed<Code extends string>(looks: Looks<Code>): Status[] {
  return Object.entries<{ look: Bucket }>(looks).map(([code, { look }]) => ({ code, look }));
}
