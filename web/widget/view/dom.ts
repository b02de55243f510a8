// Elements from values. Text becomes text and nothing else: there is no way from here to markup.

export type Child = Node | string | false | undefined;

type Props<Tag extends keyof HTMLElementTagNameMap> = {
  readonly [name in keyof HTMLElementTagNameMap[Tag]]?: HTMLElementTagNameMap[Tag][name] | undefined;
} & { readonly on?: { readonly [event: string]: (event: never) => void }; readonly attrs?: Attributes };

export interface Attributes {
  readonly [name: string]: string | boolean | undefined;
}

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props<Tag> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  const { on, attrs, ...own } = props;
  Object.assign(element, own);
  for (const [event, heard] of Object.entries(on ?? {}))
    element.addEventListener(event, heard as EventListener);
  set(element, attrs ?? {});
  fill(element, ...children);
  return element;
}

/** Sets attributes; `false` takes one away. */
export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== (value === true ? "" : value))
      element.setAttribute(name, value === true ? "" : value);
  }
}

export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(
    ...children.filter(
      (child): child is Node | string => child !== false && child !== undefined && child !== "",
    ),
  );
}

/** Changes a text only where it differs: what is read aloud is read once. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A sentence whose gaps are names: each is kept to its own direction. */
export function sentence(text: string, gaps: { readonly [name: string]: string }): Child[] {
  return text.split(/(\{\w+\})/).map((part) => {
    const gap = /^\{(\w+)\}$/.exec(part)?.[1];
    return gap && gaps[gap] !== undefined ? h("bdi", {}, gaps[gap]) : part;
  });
}

const PATHS = {
  chat: "M12 3.5c5 0 8.5 3.2 8.5 7.5s-3.5 7.5-8.5 7.5c-.9 0-1.8-.1-2.6-.3L5 20.5l.9-3.6C4.4 15.5 3.5 13.4 3.5 11 3.5 6.7 7 3.5 12 3.5Z",
  down: "m6 9.5 6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  send: "M12 19V5.5M6 11l6-6 6 6",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 20.5h4",
  mute: "M6 16.5V11c0-1 .2-1.9.7-2.7M9.3 5.6A6 6 0 0 1 18 11v3.5M16.5 18h-12L6 16.5M10 20.5h4M4 4l16 16",
  again: "M19 12a7 7 0 1 1-2.1-5M19 4v4h-4",
  cloud:
    "M4 4l16 16M9 8.5A7 7 0 0 1 20.5 11M3.5 11A12 12 0 0 1 6 9M7 14.5a7 7 0 0 1 3-1.8M12 18.5h.01M15 13.5l1.5 1",
  alert: "M12 8v5M12 16.5h.01M12 3.5l9 16H3l9-16Z",
  tick: "m5 12.5 4.5 4.5L19 7.5",
};

export function icon(name: keyof typeof PATHS): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  set(svg, { viewBox: "0 0 24 24", "aria-hidden": "true", class: `icon i-${name}` });
  set(path, { d: PATHS[name] });
  svg.append(path);
  return svg;
}
