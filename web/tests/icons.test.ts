import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ICONS } from "../src/lib/ui/icons";

test("the sprite has every picture there is a name for, and no other", async () => {
  const sprite = await readFile("src/lib/ui/icons.svg", "utf8");
  const drawn = [...sprite.matchAll(/<symbol id="([^"]+)"/g)].map((match) => match[1]);
  expect(drawn.toSorted()).toEqual([...ICONS].toSorted());
});
