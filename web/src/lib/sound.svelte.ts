// The bell. Made by the browser itself, so there is no file to load and nothing to be blocked.

import { keep, kept, read } from "./kept";
import { callers } from "./tabs.svelte";

/** Two tones, a fifth apart: heard in a room full of voices, and not taken for a telephone. */
const TONES = [
  { hz: 784, at: 0, s: 0.22 },
  { hz: 1175, at: 0.16, s: 0.34 },
];

/** One low tone: something was said, nobody is called. */
const SOFT = [{ hz: 523, at: 0, s: 0.18 }];

/** How much softer than the bell. */
const SOFTER = 0.4;

/** The pause between two rings. */
const REPEAT_MS = 2_500;

class Sound {
  #on = $state(kept("sound", ["on", "off"]));
  #repeats = $state(kept("sound.repeats", ["on", "off"]));
  #volume = $state(clamp(Number(read("volume") ?? 0.6)));
  #blocked = $state(false);
  #context: AudioContext | undefined;

  /** Whether this browser may ring at all. */
  get on(): boolean {
    return this.#on === "on";
  }
  set on(on: boolean) {
    this.#on = on ? "on" : "off";
    keep("sound", this.#on);
  }

  /** Whether it rings again and again until it is answered. */
  get repeats(): boolean {
    return this.#repeats === "on";
  }
  set repeats(on: boolean) {
    this.#repeats = on ? "on" : "off";
    keep("sound.repeats", this.#repeats);
  }

  /** Between 0 and 1. */
  get volume(): number {
    return this.#volume;
  }
  set volume(volume: number) {
    this.#volume = clamp(volume);
    keep("volume", String(this.#volume));
  }

  /** The browser lets nothing be heard before the page was touched; a page may say so. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Rings until the returned function is called, if this is the tab that makes the sounds. */
  ring(): () => void {
    if (!this.on) return () => undefined;
    const once = () => {
      if (callers.owns) void this.#play(TONES, this.#volume);
    };
    once();
    if (!this.repeats) return () => undefined;
    const repeat = setInterval(once, REPEAT_MS);
    return () => clearInterval(repeat);
  }

  /** One soft tone. */
  chime(): void {
    if (this.on) void this.#play(SOFT, this.#volume * SOFTER);
  }

  /** One ring to listen to, whichever tab this is. Whether it could be heard. */
  async test(): Promise<boolean> {
    return this.#play(TONES, this.#volume);
  }

  async #play(tones: typeof TONES, volume: number): Promise<boolean> {
    this.#context ??= new AudioContext();
    const context = this.#context;
    // `resume` waits for a touch that may never come.
    await Promise.race([context.resume(), new Promise((wake) => setTimeout(wake, 300))]);
    this.#blocked = context.state !== "running";
    if (this.#blocked) return false;
    for (const { hz, at, s } of tones) {
      const start = context.currentTime + at;
      const tone = new OscillatorNode(context, { type: "sine", frequency: hz });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.linearRampToValueAtTime(volume * 0.5, start + 0.015);
      gain.gain.exponentialRampToValueAtTime(0.001, start + s);
      tone.connect(gain).connect(context.destination);
      tone.start(start);
      tone.stop(start + s);
    }
    return true;
  }
}

function clamp(volume: number): number {
  return Number.isFinite(volume) ? Math.min(1, Math.max(0, volume)) : 0.6;
}

/** The one bell. */
export const sound = new Sound();
