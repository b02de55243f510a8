import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Clock } from "../src/lib/live/clock.svelte";

const HERE = Date.parse("2026-03-02T09:00:00.400Z");

beforeEach(() => void vi.useFakeTimers({ now: HERE }));
afterEach(() => void vi.useRealTimers());

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

test("the server's time is the browser's and how far it is off", () => {
  const clock = new Clock();
  clock.told(instant(HERE + 90_000));
  expect(clock.exact()).toBe(HERE + 90_000);
});

test("what came the fastest counts", () => {
  const clock = new Clock();
  clock.told(instant(HERE + 1_000 - 300));
  clock.told(instant(HERE + 1_000 - 20));
  clock.told(instant(HERE + 1_000 - 250));
  expect(clock.offset).toBe(980);
});

test("a clock that was set counts at once", () => {
  const clock = new Clock();
  clock.told(instant(HERE + 60_000));
  clock.told(instant(HERE + 100));
  expect(clock.offset).toBe(100);
});

test("it ticks with the full seconds of the server", () => {
  const clock = new Clock();
  const stop = clock.start();
  vi.advanceTimersByTime(620);
  expect(Math.floor(clock.now / 1000)).toBe(Math.floor(HERE / 1000) + 1);
  vi.advanceTimersByTime(1_000);
  expect(Math.floor(clock.now / 1000)).toBe(Math.floor(HERE / 1000) + 2);
  stop();
  vi.advanceTimersByTime(5_000);
  expect(Math.floor(clock.now / 1000)).toBe(Math.floor(HERE / 1000) + 2);
});

test("time that the machine slept is not lost", () => {
  const clock = new Clock();
  const stop = clock.start();
  vi.setSystemTime(HERE + 3_600_000);
  vi.advanceTimersByTime(1_000);
  expect(clock.now).toBeGreaterThanOrEqual(HERE + 3_600_000);
  stop();
});
