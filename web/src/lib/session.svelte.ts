// Who is signed in, and what they may open.

import { api, ask, hold, onEnded, type Problem, asProblem, type Role, type Schemas } from "$api";
import { live } from "$live";

/** Who uses the console. */
export type Who =
  /** Not known yet: the server is being asked. */
  | { state: "asking" }
  /** The server cannot be asked. */
  | { state: "failed"; problem: Problem }
  /** Nobody; `why` is told on the page on which one signs in. */
  | { state: "nobody"; why: "new" | "left" | "ended" | "key" }
  | { state: "person"; user: Schemas["Me"]; account: Schemas["NamedAccount"] }
  /** A screen on a wall, known by the key in its address. */
  | { state: "screen" };

/** Whether the browser holds a session's cookie, which pages cannot read: one that they can stands beside it. */
function hasSession(): boolean {
  return document.cookie.split("; ").includes("readyroom_here=1");
}

/** Each role may do what those before it may. */
const ROLES: readonly Role[] = ["agent", "supervisor", "manager", "administrator"];

class Session {
  #who = $state.raw<Who>({ state: "asking" });

  constructor() {
    onEnded(() => this.#over(this.#who.state === "screen" ? "key" : "ended"));
  }

  /** Who it is. */
  get who(): Who {
    return this.#who;
  }

  /** The person who is signed in; a screen is none. */
  get user(): Schemas["Me"] | undefined {
    return this.#who.state === "person" ? this.#who.user : undefined;
  }

  /** Where they are signed in. */
  get account(): Schemas["NamedAccount"] | undefined {
    return this.#who.state === "person" ? this.#who.account : undefined;
  }

  /** Whether the one who is here has at least this role. */
  is(role: Role): boolean {
    return this.user !== undefined && ROLES.indexOf(this.user.role) >= ROLES.indexOf(role);
  }

  /** Finds out who is here: the key in the address, or the cookie. */
  async begin(): Promise<void> {
    const key = new URLSearchParams(location.hash.slice(1)).get("key");
    if (key?.startsWith("rk_")) {
      hold({ kind: "key", key });
      this.#who = { state: "screen" };
      live.start();
      return;
    }
    if (!hasSession()) {
      this.#who = { state: "nobody", why: "new" };
      return;
    }
    this.#who = { state: "asking" };
    try {
      this.#enter(await ask(api.GET("/v1/sessions/current")));
    } catch (thrown) {
      const problem = asProblem(thrown);
      this.#who = problem.status === 401 ? { state: "nobody", why: "new" } : { state: "failed", problem };
    }
  }

  /** Signs in; throws the `Problem` when it is refused. */
  async signIn(signIn: Schemas["SignIn"]): Promise<void> {
    this.#enter(await ask(api.POST("/v1/sessions", { body: signIn })));
  }

  /** Makes the first account and signs its administrator in. */
  async setUp(setup: Schemas["SetupBody"]): Promise<void> {
    await ask(api.POST("/v1/setup", { body: setup }));
    await this.signIn({ account: setup.account, login: setup.login, password: setup.password });
  }

  /** Signs out: the stream says goodbye first, so that the floor knows at once. */
  async signOut(): Promise<void> {
    live.bye();
    // A session that the server does not know any more is as good as ended.
    await ask(api.DELETE("/v1/sessions/current")).catch(() => undefined);
    this.#over("left");
  }

  #enter(signedIn: Schemas["SignedIn"]): void {
    hold({ kind: "session", csrf: signedIn.csrf_token });
    this.#who = { state: "person", user: signedIn.user, account: signedIn.account };
    live.start();
  }

  #over(why: "left" | "ended" | "key"): void {
    if (this.#who.state === "nobody") return;
    live.stop();
    hold({ kind: "nobody" });
    this.#who = { state: "nobody", why };
  }
}

/** The one there is. */
export const session = new Session();
