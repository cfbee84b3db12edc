/** A half-open range of a rule's text: UTF-16 offsets, `start` included, `end` not. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A position as editors show it: line and column from 1, the column in UTF-16 units. */
export interface LineAndColumn {
  readonly line: number;
  readonly column: number;
}

/** A rule's text with the mapping from offsets to lines. A line ends with `\n`, `\r`, `\r\n` or `\n\r`, as in Lua. */
export class Source {
  #starts: readonly number[] | undefined;

  constructor(readonly text: string) {}

  /** The position of an offset; offsets beyond the end are clamped. */
  place(offset: number): LineAndColumn {
    const starts = (this.#starts ??= lineStarts(this.text));
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
  }

  slice(range: Range): string {
    return this.text.slice(range.start, range.end);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== 10 && unit !== 13) continue;
    const next = text.charCodeAt(at + 1);
    if ((next === 10 || next === 13) && next !== unit) at++;
    starts.push(at + 1);
  }
  return starts;
}
