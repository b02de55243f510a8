// Being called back to a page that is not looked at: a desktop notification, and a title that changes.

import { callers, type Election } from "./tabs.svelte";

type Permission = "granted" | "denied" | "default" | "missing";

class Notify {
  #permission = $state<Permission>(typeof Notification === "undefined" ? "missing" : Notification.permission);

  /** Whether the desktop may be used. A page without TLS has none. */
  get permission(): Permission {
    return this.#permission;
  }

  /** Asks the person; browsers answer only after a press. */
  async ask(): Promise<void> {
    if (this.#permission !== "missing") this.#permission = await Notification.requestPermission();
  }

  /**
   * Shows a notification, if this tab is the elected one and nobody looks at the page. Returns how to take it away. A call
   * stays until it is answered, what is only told goes by itself.
   */
  show(title: string, body: string, kind: "call" | "word" = "call", by: Election = callers): () => void {
    if (this.#permission !== "granted" || !by.owns || document.hasFocus()) return () => undefined;
    const options = { body, tag: `readyroom.${kind}`, requireInteraction: kind === "call" };
    try {
      const shown = new Notification(title, options);
      shown.onclick = () => {
        focus();
        shown.close();
      };
      return () => shown.close();
    } catch {
      // Some browsers, those of Android among them, let only a service worker show any: it goes without.
      return () => undefined;
    }
  }
}

/** The one there is. */
export const notify = new Notify();
