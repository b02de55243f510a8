// Addresses in a text. Only http and https, only what is written out, and nothing that hides where it leads.

export type Part =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "link"; readonly text: string; readonly href: string };

/** No spaces, quotes or brackets, and no characters that change the direction of what follows. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\p{Pi}\p{Pf}\p{Cc}\p{Cf}]+/giu;

/** A text in its parts, in order; together they are the text. */
export function parts(text: string): Part[] {
  const found: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = safe(address);
    if (!href) continue;
    if (match.index > from) found.push({ is: "text", text: text.slice(from, match.index) });
    found.push({ is: "link", text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ is: "text", text: text.slice(from) });
  return found;
}

/** The end of a sentence is not part of an address, nor is a bracket that was opened before it. */
function trimmed(address: string): string {
  const open: string[] = [];
  let end = 0;
  for (let at = 0; at < address.length; at += 1) {
    const letter = address.charAt(at);
    const closes = CLOSES[letter];
    if (closes === undefined) {
      if (OPENS.has(letter)) open.push(letter);
      if (!/[.,;:!?…*_~،؛]|؟/u.test(letter)) end = at + 1;
    } else {
      if (open.at(-1) !== closes) break;
      open.pop();
      end = at + 1;
    }
  }
  return address.slice(0, end);
}

const CLOSES: { readonly [bracket: string]: string | undefined } = { ")": "(", "]": "[", "}": "{" };
const OPENS = new Set(["(", "[", "{"]);

function safe(address: string): string | undefined {
  try {
    const url = new URL(address);
    const plain = (url.protocol === "http:" || url.protocol === "https:") && !url.username && !url.password;
    return plain ? url.href : undefined;
  } catch {
    return undefined;
  }
}
