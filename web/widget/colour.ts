// The widget's colour, and what can be read on it and beside it (WCAG 2.2 AA).

type Rgb = readonly [number, number, number];

/** What the pages of the console wear. */
export const DEFAULT = "#3257d6";

export interface Palette {
  /** Grounds: the launcher, the visitor's own words. */
  readonly accent: string;
  /** Letters on it. */
  readonly ink: string;
  /** The same colour as letters and outlines on a light ground, and on a dark one. */
  readonly onLight: string;
  readonly onDark: string;
}

const LIGHT: Rgb = [0xee, 0xf1, 0xf6];
const DARK: Rgb = [0x1e, 0x2a, 0x40];
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const READABLE = 4.5;

/** The palette of a colour such as `#3257d6`; of the default one if it is none. */
export function palette(colour: string | null | undefined): Palette {
  const accent = parse(colour ?? "") ?? (parse(DEFAULT) as Rgb);
  const ink = contrast(accent, WHITE) >= READABLE ? WHITE : BLACK;
  return {
    accent: hex(accent),
    ink: hex(ink),
    onLight: hex(towards(accent, BLACK, LIGHT)),
    onDark: hex(towards(accent, WHITE, DARK)),
  };
}

/** From 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

export function parse(colour: string): Rgb | undefined {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const long = short
    ? short.slice(1).map((digit) => digit + digit)
    : /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)?.slice(1);
  return long ? (long.map((pair) => Number.parseInt(pair, 16)) as unknown as Rgb) : undefined;
}

/** As little of the other colour as makes it readable. */
function towards(colour: Rgb, other: Rgb, ground: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((part, index) =>
      Math.round(part + ((other[index] as number) - part) * share),
    ) as unknown as Rgb;
    if (contrast(mixed, ground) >= READABLE) return mixed;
  }
  return other;
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
