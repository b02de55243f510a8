// How a board fits its screen: one measure for all sizes, pages that take turns, and a small walk against burn-in.

/** The board is drawn for these; every other screen shows it smaller or larger. */
const DRAWN = { landscape: { width: 1920, height: 1080 }, portrait: { width: 1080, height: 1920 } };

/** Below this width nobody stands four metres away: the board flows and is scrolled. */
const FLOW_PX = 720;

/** How a board lies on its screen. */
export type Form = keyof typeof DRAWN | "flow";

/** A form, and how many pixels one drawn pixel is. */
export type Measure = { form: Form; unit: number };

/** Measures a screen. */
export function measure(width: number, height: number): Measure {
  if (width < FLOW_PX) return { form: "flow", unit: 0.44 };
  const form = height > width ? "portrait" : "landscape";
  const drawn = DRAWN[form];
  return { form, unit: Math.max(0.4, Math.min(width / drawn.width, height / drawn.height)) };
}

/** A grid of equal cells. */
export type Grid = { columns: number; rows: number };

/** How many cells of at least this size fit; always one. */
export function grid(
  width: number,
  height: number,
  cell: { width: number; height: number; gap: number },
): Grid {
  const fit = (room: number, size: number) => Math.max(1, Math.floor((room + cell.gap) / (size + cell.gap)));
  return { columns: fit(width, cell.width), rows: fit(height, cell.height) };
}

/** How long a page stands before the next. */
export const PAGE_MS = 15_000;

/** Which page is shown, of how many, and when the next comes. It follows the server's clock, so all screens turn at once. */
export type Turn = { page: number; pages: number; nextS: number };

/** The page of this instant. */
export function turn(now: number, pages: number): Turn {
  const count = Math.max(1, pages);
  return {
    page: Math.floor(now / PAGE_MS) % count,
    pages: count,
    nextS: Math.ceil((PAGE_MS - (now % PAGE_MS)) / 1000),
  };
}

/** The size of a page, of at most `room` rows, with which all pages are about equally full. */
export function evenly(rows: number, room: number): number {
  const pages = Math.max(1, Math.ceil(rows / room));
  return Math.max(1, Math.ceil(rows / pages));
}

/** A page of a list. */
export function pageOf<Row>(rows: readonly Row[], size: number, page: number): Row[] {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const start = (page % pages) * size;
  return rows.slice(start, start + size);
}

/** What must not leave the screen, on every page, then the others by turns. At most half of a page is pinned. */
export function pinnedPage<Row>(
  rows: readonly Row[],
  size: number,
  page: number,
  pinned: (row: Row) => boolean,
): Row[] {
  if (rows.length <= size) return [...rows];
  const first = rows.filter(pinned).slice(0, Math.floor(size / 2));
  const others = rows.filter((row) => !first.includes(row));
  const room = size - first.length;
  const pages = Math.ceil(others.length / room);
  // The last page is full as well: some stand on it that stood on the one before.
  const start = Math.min((page % pages) * room, others.length - room);
  return [...first, ...others.slice(start, start + room)];
}

/** How many pages `pinnedPage` has. */
export function pinnedPages<Row>(rows: readonly Row[], size: number, pinned: (row: Row) => boolean): number {
  if (rows.length <= size) return 1;
  const first = Math.min(rows.filter(pinned).length, Math.floor(size / 2));
  return Math.ceil((rows.length - first) / (size - first));
}

/** Where the board stands this minute, in drawn pixels: a walk around the middle, so that no line stays on one spot. */
export function shift(now: number): { x: number; y: number } {
  const walk: readonly (readonly [number, number])[] = [
    [0, 0],
    [6, 0],
    [6, 6],
    [0, 6],
    [-6, 6],
    [-6, 0],
    [-6, -6],
    [0, -6],
    [6, -6],
  ];
  const [x, y] = walk[Math.floor(now / 60_000) % walk.length] ?? [0, 0];
  return { x, y };
}

/** Cells for groups that each begin a row of their own. */
export type HeatGrid = { size: number; columns: number; rows: number };

/** The largest square cells with which all groups fit into the room; behind it they become smaller, never fewer. */
export function heatGrid(groups: readonly number[], width: number, height: number): HeatGrid {
  const rowsAt = (size: number) => {
    const columns = Math.max(1, Math.floor(width / size));
    return { columns, rows: groups.reduce((sum, count) => sum + Math.ceil(count / columns), 0) };
  };
  for (let size = 40; size > 2; size -= 0.5) {
    const { columns, rows } = rowsAt(size);
    if (rows * size <= height) return { size, columns, rows };
  }
  return { size: 2, ...rowsAt(2) };
}
