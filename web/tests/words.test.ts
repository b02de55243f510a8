import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

type Words = Record<string, unknown>;

async function words(language: string, file: string): Promise<Words> {
  return JSON.parse(await readFile(`messages/${language}/${file}`, "utf8")) as Words;
}

const files = await readdir("messages/en");

test.each(files)("%s says the same in every language", async (file) => {
  const [en, ar] = await Promise.all([words("en", file), words("ar", file)]);
  expect(Object.keys(ar)).toEqual(Object.keys(en));
  // A word with a number has a form for each kind of number, and not each form names it.
  const holes = (word: unknown) => [...new Set(JSON.stringify(word).match(/\{\w+\}/g))].toSorted();
  for (const name of Object.keys(en)) expect([name, holes(ar[name])]).toEqual([name, holes(en[name])]);
});

test("no word is said by two screens", async () => {
  const all = await Promise.all(files.map((file) => words("en", file)));
  const names = all.flatMap((file) => Object.keys(file)).filter((name) => name !== "$schema");
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
});

test("every file is one that is read", async () => {
  const settings = await readFile("project.inlang/settings.json", "utf8");
  for (const file of files) expect(settings).toContain(`{locale}/${file}`);
});
