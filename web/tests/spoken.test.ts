import { expect, test, vi } from "vitest";
import { PAUSE_MS, Spoken } from "../src/lib/spoken.svelte";

test("the first word is read out at once, those that follow it together and later", () => {
  vi.useFakeTimers();
  const spoken = new Spoken((texts) => (texts.length > 1 ? `${texts.length} new` : texts[0]));
  spoken.say("one");
  expect(spoken.text).toBe("one");
  spoken.say("two");
  spoken.say("three");
  expect(spoken.text).toBe("one");
  vi.advanceTimersByTime(PAUSE_MS);
  expect(spoken.text).toBe("2 new");
  vi.advanceTimersByTime(PAUSE_MS);
  spoken.say("four");
  expect(spoken.text).toBe("four");
  spoken.stop();
  vi.useRealTimers();
});
