import type { Range, Source } from '../../../text/source.js';

/**
 * The range from one operand to a later one, with parentheses that enclose only one of them: `(a) or b` is replaced as a whole. Undefined if the text
 * alone does not determine it.
 */
export function rangeOver(source: Source, first: Range, second: Range): Range | undefined {
  const between = source.text.slice(first.end, second.start);
  // A comment may contain a parenthesis.
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
