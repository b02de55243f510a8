// In which zone times are told. Everybody of an account reads the same clock, wherever they sit.

let told = $state<string>();

/** Tells times in this zone from now on. */
export function tellIn(zone: string): void {
  told = zone;
}

/** The zone in which times are told: the account's, and until that is known the browser's. */
export function ownZone(): string {
  return told ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
