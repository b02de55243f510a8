// Being called back to a page that is not looked at: a desktop notification, and a title that changes.

import { ownsTheSound } from "./tabs";

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

  /** Shows a notification, if this tab does and nobody looks at the page. Returns how to take it away. */
  show(title: string, body: string): () => void {
    if (this.#permission !== "granted" || !ownsTheSound() || document.hasFocus()) return () => undefined;
    const shown = new Notification(title, { body, tag: "readyroom", requireInteraction: true });
    shown.onclick = () => {
      focus();
      shown.close();
    };
    return () => shown.close();
  }
}

/** The one there is. */
export const notify = new Notify();
