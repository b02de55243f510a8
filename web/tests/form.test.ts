// Forms: what is told when, and what is saved.

import { expect, test } from "vitest";
import { Problem } from "../src/lib/api/problem";
import { Edit } from "../src/lib/edit.svelte";
import { Form } from "../src/lib/form.svelte";

const rules = ({ capacity }: { capacity: string }) => ({
  capacity: /^([1-9]|1\d|20)$/.test(capacity) ? undefined : "1 to 20",
});

test("a fault is told when the form is sent, and nothing is asked of the server", async () => {
  const form = new Form({ capacity: "0" }, { rules });
  expect(form.fault("capacity")).toBeUndefined();
  expect(
    await form.send(async () => {
      throw new Error("must not be asked");
    }),
  ).toBe(false);
  expect(form.fault("capacity")).toBe("1 to 20");
  form.values.capacity = "5";
  expect(form.fault("capacity")).toBeUndefined();
});

test("a fault is told when its field was left", () => {
  const form = new Form({ capacity: "21" }, { rules });
  const field = document.createElement("input");
  field.name = "capacity";
  field.setAttribute("name", "capacity");
  const left = Object.assign(new FocusEvent("focusout"), {});
  Object.defineProperty(left, "target", { value: field });
  form.events(async () => true).onfocusout(left);
  expect(form.fault("capacity")).toBe("1 to 20");
});

test("what the server refuses stands beside its field until that is changed", async () => {
  const form = new Form({ login: "anna" }, { musts: { login: () => "letters" } });
  const refused = new Problem(422, "invalid", "login: has a space", [
    { field: "login", problem: "has a space" },
  ]);
  expect(await form.send(() => Promise.reject(refused))).toBe(false);
  expect(form.fault("login")).toBe("letters");
  expect(form.problem).toBeUndefined();
  form.values.login = "ann";
  expect(form.fault("login")).toBeUndefined();
});

test("a refusal without a field stands beside the one it is about, others are told as a whole", async () => {
  const form = new Form({ code: "tea" }, { beside: { already_exists: "code" } });
  await form.send(() => Promise.reject(new Problem(409, "already_exists", "There is one.")));
  expect(form.fault("code")).toBeDefined();
  expect(form.problem).toBeUndefined();
  await form.send(() => Promise.reject(new Problem(409, "limit_reached", "No room.")));
  expect(form.problem?.code).toBe("limit_reached");
});

test("saved is what was sent, and what is typed meanwhile stays to be saved", async () => {
  const form = new Form({ name: "a" });
  form.values.name = "b";
  await form.send(async () => {
    form.values.name = "c";
  });
  expect(form.saved.name).toBe("b");
  expect(form.dirty).toBe(true);
  form.discard();
  expect(form.values.name).toBe("b");
});

/** A thing on a server that counts its versions. */
function store(row: { name: string; ring: string }) {
  let version = 1;
  const read = async () => ({ data: { ...row }, etag: String(version) });
  const write = async (values: typeof row, etag: string) => {
    if (etag !== String(version)) throw new Problem(412, "changed", "It was changed.");
    Object.assign(row, values);
    version += 1;
  };
  return { read, write, row };
}

test("whoever saves second is shown the difference, and can have both changes", async () => {
  const server = store({ name: "Billing", ring: "20" });
  const ways = { values: (row: typeof server.row) => ({ ...row }), read: server.read, write: server.write };
  const [one, other] = [new Edit(await server.read(), ways), new Edit(await server.read(), ways)];
  one.form.values.ring = "30";
  expect(await one.save()).toBe(true);
  other.form.values.name = "Bills";
  expect(await other.save()).toBe(false);
  expect(other.clash).toEqual([{ field: "ring", was: "20", theirs: "30", mine: "20", clash: false }]);
  expect(await other.keepMine()).toBe(true);
  expect(server.row).toEqual({ name: "Bills", ring: "30" });
  expect(other.clash).toBeUndefined();
});

test("or drops the own change", async () => {
  const server = store({ name: "Billing", ring: "20" });
  const ways = { values: (row: typeof server.row) => ({ ...row }), read: server.read, write: server.write };
  const edit = new Edit(await server.read(), ways);
  await server.write({ name: "Billing", ring: "30" }, "1");
  edit.form.values.ring = "40";
  await edit.save();
  expect(edit.clash?.[0]?.clash).toBe(true);
  edit.takeTheirs();
  expect(edit.form.values.ring).toBe("30");
  expect(edit.form.dirty).toBe(false);
});
