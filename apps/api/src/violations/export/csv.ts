/** A text that a spreadsheet may run as a formula, also after characters that it skips, and in full width. */
const FORMULA = /^(?:[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|[\t\r\n])/u;

/**
 * A line of CSV (RFC 4180). A text that a spreadsheet would run as a formula is prefixed by an apostrophe, which shows it as text: names of spans and services
 * come from senders.
 */
export function csvLine(cells: readonly (string | number | boolean | undefined)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: string | number | boolean | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]|^[\s']|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
