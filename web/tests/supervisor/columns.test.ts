import { describe, expect, test } from "vitest";
import { columnOf, columnsFor, type Shown } from "../../src/pages/supervisor/columns";
import { csv, fileName } from "../../src/pages/supervisor/csv";
import { agent } from "../rows";

const NOW = Date.parse("2026-03-02T10:00:00Z");
const shown: Shown = {
  now: NOW,
  vocabulary: "floor",
  queueName: (id) => (id === "q_1" ? "Billing" : undefined),
};

describe("columns", () => {
  test("of a desk are exactly six, however narrow it is", () => {
    for (const width of [600, 1600]) {
      expect(columnsFor("desk", width).map((column) => column.title())).toEqual([
        "Name",
        "Status",
        "Active Chats",
        "Max Capacity",
        "Skill Sets",
        "Aux Code",
      ]);
    }
  });
  test("are more where there is room, and always say who is in which state since when", () => {
    const ids = (width: number) => columnsFor("all", width).map((column) => column.id);
    expect(ids(560)).toEqual(["name", "state", "since"]);
    expect(ids(1168)).toEqual(["name", "state", "since", "status", "chats", "capacity", "skills", "aux"]);
    expect(ids(1488)).toContain("presence");
  });
});

describe("cells", () => {
  const text = (id: Parameters<typeof columnOf>[0], about = {}, how: Partial<Shown> = {}) =>
    columnOf(id).text(agent("anna", about), { ...shown, ...how });

  test("say what the state is about", () => {
    const offer = { id: "of_1", conversation: "cv_1", queue: "q_1", until: "2026-03-02T10:00:10Z" };
    expect(text("state", { bucket: "ring", offer })).toBe("Ringing · Billing");
    expect(text("state", { bucket: "incall", chats: 3 })).toBe("In contact · Chat · 3");
    expect(text("state", { bucket: "incall" })).toBe("In contact · Voice");
    expect(text("state", { bucket: "ready", available_in_no_queue: true })).toBe("Ready · Ready in no queue");
    expect(text("state", { leaving: { to: "offline" } })).toBe("Ready · then Offline");
  });
  test("count from the server's instants", () => {
    expect(text("since", { bucket_since: "2026-03-02T09:46:14Z" })).toBe("13:46");
  });
  test("count threads where the widget does, and nothing for who never logged in", () => {
    expect(text("since", { threads: 2 }, { vocabulary: "widget" })).toBe("2 threads");
    expect(text("since", { widget_shows_counts: false, widget_since: null }, { vocabulary: "widget" })).toBe(
      "–",
    );
  });
  test("show hidden signs by name", () => {
    expect(text("name", { name: "evil\u202eeman" })).toBe("evil⟨RLO⟩eman");
  });
});

describe("the file", () => {
  test("quotes what needs it, and makes no formula of a name", () => {
    expect(
      csv([
        ["Name", "a,b"],
        ['Q "x"', "=1+1"],
      ]),
    ).toBe('\ufeffName,"a,b"\r\n"Q ""x""",\'=1+1\r\n');
  });
  test("is called after the moment, on the reader's clock", () => {
    expect(fileName("Agents", NOW, "Europe/Oslo")).toBe("Agents 2026-03-02 11.00 Europe-Oslo.csv");
  });
});
