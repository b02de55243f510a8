import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Election, Tabs, type Channel } from "../src/lib/tabs.svelte";

/** A room in which every channel hears all others, a moment later. */
class Room {
  readonly #channels = new Set<Channel>();

  join(): Channel {
    const channel: Channel = {
      onmessage: null,
      postMessage: (said) => {
        for (const other of this.#channels) {
          if (other !== channel) setTimeout(() => other.onmessage?.({ data: said } as MessageEvent), 1);
        }
      },
      close: () => this.#channels.delete(channel),
    };
    this.#channels.add(channel);
    return channel;
  }

  /** A tab that crashed: it hears and says nothing more. */
  crash(channel: Channel): void {
    channel.onmessage = null;
    channel.postMessage = () => undefined;
    this.#channels.delete(channel);
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the only tab makes the sounds, after it has listened", () => {
  const tab = new Tabs(new Room().join());
  expect(tab.owns).toBe(false);
  vi.advanceTimersByTime(500);
  expect(tab.owns).toBe(true);
});

test("a second tab leaves it to the first", () => {
  const room = new Room();
  const first = new Tabs(room.join());
  vi.advanceTimersByTime(500);
  const second = new Tabs(room.join());
  vi.advanceTimersByTime(20_000);
  expect([first.owns, second.owns]).toEqual([true, false]);
});

test("of two that begin together, one stays", () => {
  const room = new Room();
  const tabs = [new Tabs(room.join(), "b"), new Tabs(room.join(), "a")];
  vi.advanceTimersByTime(2_000);
  expect(tabs.map((tab) => tab.owns)).toEqual([false, true]);
});

test("when it leaves, another takes over at once", () => {
  const room = new Room();
  const first = new Tabs(room.join());
  vi.advanceTimersByTime(500);
  const second = new Tabs(room.join());
  vi.advanceTimersByTime(500);
  first.leave();
  vi.advanceTimersByTime(500);
  expect([first.owns, second.owns]).toEqual([false, true]);
});

test("when it crashes, another takes over at its next look", () => {
  const room = new Room();
  const channel = room.join();
  new Tabs(channel);
  vi.advanceTimersByTime(500);
  const second = new Tabs(room.join());
  vi.advanceTimersByTime(500);
  room.crash(channel);
  vi.advanceTimersByTime(6_000);
  expect(second.owns).toBe(true);
});

test("a tab stands only while something in it can do it, and what is elected is told", () => {
  const room = new Room();
  const [door, page] = [new Election("x", () => room.join()), new Election("x", () => room.join())];
  vi.advanceTimersByTime(1_000);
  expect([door.owns, page.owns]).toEqual([false, false]);
  const [one, other] = [page.stand(), page.stand()];
  vi.advanceTimersByTime(500);
  expect(page.owns).toBe(true);
  door.stand();
  vi.advanceTimersByTime(10_000);
  expect([door.owns, page.owns]).toEqual([false, true]);
  one();
  expect(page.owns).toBe(true);
  other();
  vi.advanceTimersByTime(500);
  expect([door.owns, page.owns]).toEqual([true, false]);
});

test("where tabs cannot speak with each other, each is the one while it stands", () => {
  const alone = new Election("x", () => undefined);
  const stop = alone.stand();
  expect(alone.owns).toBe(true);
  stop();
  expect(alone.owns).toBe(false);
});
