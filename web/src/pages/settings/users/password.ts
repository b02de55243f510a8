// What a password must be.

import { m } from "$words";

/** The fewest characters of a password. */
export const PASSWORD_MIN = 10;

/** What is wrong with a new password. */
export function passwordFault(password: string, login: string): string | undefined {
  const length = [...password].length;
  if (length < PASSWORD_MIN || length > 128) return m.settings_must_password();
  return password === login ? m.settings_must_password_other() : undefined;
}
