// What clients are called.

/** An address that a chat has made up for a visitor. It is always the same, and says nothing to people. */
const MADE_UP = /^vi_[a-z0-9]{20,}$/;

/** An address that a person can read; nothing for one that was made up. */
export function readable(address: string | null | undefined): string | undefined {
  return address && !MADE_UP.test(address) ? address : undefined;
}

/** What a client is called: by name, else by address. */
export function called(
  about: { name?: string | null; address?: string | null } | null | undefined,
): string | undefined {
  return about?.name ?? readable(about?.address);
}
