import { expect, test } from "vitest";
import { initials, pieces, visible } from "../src/lib/text";

test("signs that turn what follows are shown by name", () => {
  expect(pieces("evil\u202eeman")).toEqual([{ text: "evil" }, { hidden: "RLO" }, { text: "eman" }]);
  expect(visible("a\u2066b\u0007")).toBe("a⟨LRI⟩b⟨U+0007⟩");
});

test("lines, tabs and joiners stay as they are", () => {
  const text = "one\n\ttwo 👩‍💻 می‌خواهم";
  expect(pieces(text)).toEqual([{ text }]);
});

test("initials are whole letters of the first and the last name", () => {
  expect(initials("Kwame Mensah")).toBe("KM");
  expect(initials("ana maria da silva")).toBe("AS");
  expect(initials("Élodie")).toBe("É");
  expect(initials("👩‍💻 Dev")).toBe("👩‍💻D");
  expect(initials("  ")).toBe("");
});
