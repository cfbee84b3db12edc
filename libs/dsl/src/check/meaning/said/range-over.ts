import type { Range, Source } from '../../../text/source.js';

/**
 * From one operand to another behind it, with the parentheses around either that the other does not stand in: `(a) or b` is replaced whole.
 * Undefined where the text alone does not say.
 */
export function rangeOver(source: Source, first: Range, second: Range): Range | undefined {
  const between = source.text.slice(first.end, second.start);
  // A comment may hold a parenthesis.
  if (between.includes('--')) return undefined;
  let { start } = first;
  let { end } = second;
  for (let closed = countOf(between, ')'); closed > 0; closed--) {
    start = source.text.slice(0, start).search(/\(\s*$/);
    if (start < 0) return undefined;
  }
  for (let opened = countOf(between, '('); opened > 0; opened--) {
    const [closing] = /^\s*\)/.exec(source.text.slice(end)) ?? [];
    if (closing === undefined) return undefined;
    end += closing.length;
  }
  return { start, end };
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1;
}
