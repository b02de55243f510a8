import { describe, expect, test } from "vitest";
import { shared } from "../src/lib/live/shared";
import { agent } from "./rows";

const copy = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

describe("rows that say the same", () => {
  const skills = [{ skill: "sk_1", name: "Billing", level: 3 }];
  test("share their parts with others", () => {
    const anna = shared(copy(agent("anna", { skills })));
    const bert = shared(copy(agent("bert", { skills })));
    expect(bert.skills).toBe(anna.skills);
    expect(bert.allowed).toBe(anna.allowed);
    expect(bert).toEqual(agent("bert", { skills }));
  });
  test("keep the parts of the row before, and take what is new", () => {
    const before = shared(copy(agent("anna", { skills })));
    const now = shared(
      copy(agent("anna", { skills, teams: ["tm_1"], widget: { status: "not_ready" } })),
      before,
    );
    expect(now.skills).toBe(before.skills);
    expect(now.teams).toEqual(["tm_1"]);
    expect(now.widget).toEqual({ status: "not_ready" });
  });
  test("see a field that came and one that went", () => {
    const before = shared(copy(agent("anna", { widget: { status: "inactive", reason: "lunch_break" } })));
    expect(shared(copy(agent("anna", { widget: { status: "inactive" } })), before).widget).toEqual({
      status: "inactive",
    });
    const without = shared(copy(agent("anna", { widget: { status: "inactive" } })));
    const reason = { status: "inactive", reason: "meeting" } as const;
    expect(shared(copy(agent("anna", { widget: reason })), without).widget).toEqual(reason);
  });
});
