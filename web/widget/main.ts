// The widget's entry: one script on somebody's page, one name on its window.

import { Chat, type Tells } from "./chat";
import { Memory } from "./memory";
import { Server, type Who } from "./server";
import { frame } from "./view/frame";

export interface Readyroom {
  open(): void;
  close(): void;
  /** Who the visitor is, where the page knows. Says whether agents will see it: after the first word it is too late. */
  identify(who: Who): Promise<boolean>;
  /** Ends and forgets the chat of this browser: whoever comes next is somebody else. */
  reset(): Promise<void>;
  /** Calls when something happens; what it returns ends that. */
  on<Name extends keyof Tells>(name: Name, heard: (told: Tells[Name]) => void): () => void;
}

declare global {
  interface Window {
    Readyroom?: Readyroom;
  }
}

const script = (document.currentScript ??
  document.querySelector("script[data-widget][src*='widget.js']")) as HTMLScriptElement | null;
const widget = script?.dataset["widget"];

if (!script?.src || !widget) console.warn('Readyroom: the script needs data-widget="wg_…".');
else if (!window.Readyroom) begin(script, widget);

function begin(script: HTMLScriptElement, widget: string): void {
  const chat = new Chat(new Server(script.src, widget), new Memory(widget), {
    asks: script.dataset["ask"] !== "off",
  });
  window.Readyroom = Object.freeze<Readyroom>({
    open: () => chat.open(),
    close: () => chat.close(),
    identify: (who) => chat.identify(who),
    reset: () => chat.reset(),
    on: (name, heard) => chat.on(name, heard),
  });
  const mount = () => {
    frame(chat, script);
    // On a phone the panel would stand before a page that the visitor wanted to see.
    void chat.begin().then(() => chat.wasOpen && innerWidth > 480 && chat.open({ quietly: true }));
  };
  if (document.body) mount();
  else addEventListener("DOMContentLoaded", mount, { once: true });
  dispatchEvent(new Event("readyroom"));
}
