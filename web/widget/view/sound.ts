// Two soft notes for a message nobody is looking at. Made here, so that nothing is loaded.

let context: AudioContext | undefined;

/** Browsers let a page sound only after a press: this is called in one. */
export function tune(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
  } catch {
    // No sound here; the badge tells the same.
  }
}

export function chime(): void {
  tune();
  if (context?.state !== "running") return;
  for (const [pitch, after] of [
    [659.3, 0],
    [880, 0.11],
  ] as const) {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    const from = context.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.12, from + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.45);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.5);
  }
}
