// Where we are: the address, and how it changes without a new page.

/** An address of ours. */
export type Place = { path: string; query: URLSearchParams };

class Router {
  #place = $state.raw<Place>(here());
  #address = location.href;
  #wanted = $state.raw<string | undefined>(undefined);
  #keepers = new Set<() => boolean>();

  constructor() {
    addEventListener("popstate", () => this.#popped());
  }

  /** `/settings/queues`. */
  get path(): string {
    return this.#place.path;
  }

  /** What stands behind the `?`; views keep their filters there, so that every view has an address. */
  get query(): URLSearchParams {
    return this.#place.query;
  }

  /** Goes to an address, `/supervisor?bucket=paused`. What stands behind the `#` stays: it may be the key of a screen. */
  go(address: string, { replace = false }: { replace?: boolean } = {}): void {
    const next = new URL(address, location.href);
    if (next.hash === "") next.hash = location.hash;
    if (next.href === location.href) return;
    if (next.pathname !== this.#place.path && this.#kept()) {
      this.#wanted = next.href;
      return;
    }
    history[replace ? "replaceState" : "pushState"](null, "", next);
    const turned = next.pathname !== this.#place.path;
    this.#arrived();
    if (turned && !replace) scrollTo(0, 0);
  }

  /** Where somebody wants to go while the page is kept: it asks whether they mean it. */
  get wanted(): string | undefined {
    return this.#wanted;
  }

  /** Keeps the page while `unsaved` says so, until the returned function is called. */
  keep(unsaved: () => boolean): () => void {
    this.#keepers.add(unsaved);
    return () => this.#keepers.delete(unsaved);
  }

  /** They do not mean it. */
  stay(): void {
    this.#wanted = undefined;
  }

  /** They mean it. */
  leave(): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    this.#keepers.clear();
    if (wanted !== undefined) this.go(wanted);
  }

  /** Changes a part of the query: `route.set({ bucket: "paused", team: undefined })`. */
  set(parts: Record<string, string | undefined>): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(parts)) {
      if (value === undefined || value === "") query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    this.go(text === "" ? this.path : `${this.path}?${text}`, { replace: true });
  }

  #kept(): boolean {
    return [...this.#keepers].some((unsaved) => unsaved());
  }

  #arrived(): void {
    this.#place = here();
    this.#address = location.href;
  }

  /** The browser went back or forward already; a page that is kept takes its place again. */
  #popped(): void {
    if (location.pathname === new URL(this.#address).pathname || !this.#kept()) return this.#arrived();
    const wanted = location.href;
    history.pushState(null, "", this.#address);
    this.#wanted = wanted;
  }
}

function here(): Place {
  const path = location.pathname.length > 1 ? location.pathname.replace(/\/+$/, "") : "/";
  return { path, query: new URLSearchParams(location.search) };
}

/** The one there is. */
export const route = new Router();

/** Takes presses on links of ours; any that is meant for a new window, or leads elsewhere, is left to the browser. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== "" || link.hasAttribute("download")) return;
  if (link.origin !== location.origin || link.pathname.startsWith("/v1/")) return;
  // A jump within the page is the browser's.
  if (link.pathname === location.pathname && link.search === location.search && link.hash !== "") return;
  event.preventDefault();
  route.go(link.pathname + link.search);
}
