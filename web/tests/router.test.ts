// Addresses, and pages that are not left without a question.

import { afterEach, expect, test } from "vitest";
import { route } from "../src/lib/router.svelte";

afterEach(() => {
  route.stay();
  route.go("/", { replace: true });
});

test("a page on which something is not saved is kept until somebody means it", () => {
  route.go("/settings/users/new");
  const end = route.keep(() => true);
  route.go("/desk");
  expect(route.path).toBe("/settings/users/new");
  expect(route.wanted).toContain("/desk");
  route.stay();
  expect(route.wanted).toBeUndefined();
  route.go("/desk");
  route.leave();
  expect(route.path).toBe("/desk");
  end();
});

test("filters of the same page are no leaving", () => {
  route.go("/settings/users");
  const end = route.keep(() => true);
  route.set({ text: "anna" });
  expect(route.query.get("text")).toBe("anna");
  end();
});

test("nothing unsaved, nothing asked", () => {
  route.go("/settings/users");
  const end = route.keep(() => false);
  route.go("/desk");
  expect(route.path).toBe("/desk");
  end();
});
