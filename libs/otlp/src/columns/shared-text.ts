/**
 * Writes a text that many spans share into their rows of a column. Usually the spans before had the same text. Comparing is cheaper than writing, and than a
 * call of `fill` for a few rows.
 */
export function writeShared(column: string[], text: string, from: number, to: number): void {
  for (let row = from; row < to; row++) if (column[row] !== text) column[row] = text;
}
