import { expect, test } from "vitest";
import { Problem, type Tagged } from "../src/lib/api";
import { Edit } from "../src/lib/edit.svelte";

type Row = { name: string };
const row = (name: string, etag: string): Tagged<Row> => ({ data: { name }, etag });

/** An edit of something that cannot be read any more. */
function unread(write: () => Promise<unknown>): Edit<Row, Row> {
  return new Edit(row("Anna", "1"), {
    values: ({ name }) => ({ name }),
    read: () => Promise.reject(new Problem(503, "unavailable", "")),
    write,
  });
}

test("what was saved is saved, whether or not it can be read again", async () => {
  const edit = unread(() => Promise.resolve());
  edit.form.values.name = "Anne";
  expect(await edit.save()).toBe(true);
  expect([edit.form.saved.name, edit.form.dirty]).toEqual(["Anne", false]);
});

test("a change of somebody else that cannot be read is told, and nothing is lost", async () => {
  const edit = unread(() => Promise.reject(new Problem(412, "changed", "")));
  edit.form.values.name = "Anne";
  expect(await edit.save()).toBe(false);
  expect(edit.form.problem?.code).toBe("changed");
  expect(edit.form.values.name).toBe("Anne");
});
