import { flushSync } from "svelte";
import { expect, test } from "vitest";
import { Held } from "../src/lib/held.svelte";

test("what one adds anew stays when another goes in the same moment", () => {
  const held = new Held<string>();
  let name = $state("a");
  let there = $state(true);
  const end = $effect.root(() => {
    $effect(() => held.hold([name]));
    $effect(() => (there ? held.hold(["b"]) : undefined));
  });
  flushSync();
  expect(held.all.toSorted()).toEqual(["a", "b"]);
  flushSync(() => {
    name = "c";
    there = false;
  });
  expect(held.all).toEqual(["c"]);
  end();
  expect(held.all).toEqual([]);
});

test("the newest goes first", () => {
  const held = new Held<string>();
  held.hold(["old"]);
  const end = held.hold(["new", "newer"]);
  expect(held.all).toEqual(["new", "newer", "old"]);
  end();
  expect(held.all).toEqual(["old"]);
});
