// Whole numbers as they are typed.

/** The number that was typed, in any digits, or nothing if it is none. */
export function typed(text: string): number | undefined {
  const latin = text
    .trim()
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0));
  return /^\d{1,9}$/.test(latin) ? Number(latin) : undefined;
}

/** Whether what was typed lies between two numbers, both of them good. */
export function between(text: string, least: number, most: number): boolean {
  const value = typed(text);
  return value !== undefined && value >= least && value <= most;
}
