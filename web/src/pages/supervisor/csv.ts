// What is on the screen, as a file for a spreadsheet.

/** A table as CSV (RFC 4180). It begins with a mark by which spreadsheets know UTF-8. */
export function csv(table: readonly (readonly string[])[]): string {
  return "\ufeff" + table.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** What a spreadsheet would take for a formula is set off with an apostrophe: names are written by people. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** `agents 2026-11-20 14.32 Europe-Oslo.csv`: when it was, on the reader's clock. */
export function fileName(what: string, ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(ms);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  const date = `${part("year")}-${part("month")}-${part("day")}`;
  return `${what} ${date} ${part("hour")}.${part("minute")} ${zone.replaceAll("/", "-")}.csv`;
}

/** Hands a file to the browser. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address));
}
