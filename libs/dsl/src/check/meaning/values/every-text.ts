import type { Resolved, StringTestNode } from '../../../tree/resolved.js';
import { compilePattern, PatternError } from '../../../values/pattern.js';

/** Of which texts a test holds, when it holds on all of some sort: `x contains ""`, `x matches ".*"`. */
export function heldByEveryText({ test, pattern }: StringTestNode): string | undefined {
  const text = textOf(pattern);
  if (text === undefined) return undefined;
  if (test !== 'matches') return text === '' ? 'every text' : undefined;
  if (needsText(text)) return undefined;
  if (text === '^.*$') return 'every text of one line';
  // Found at the start or the end of any text, where it needs nothing to stand.
  const free = text.endsWith('$') && !text.endsWith('\\$') ? text.slice(0, -1) : text.replace(/^\^/, '');
  return !/[$^]|\\[bBAz]/.test(free) && matchesNothing(free) ? 'every text' : undefined;
}

/** Nearly all patterns begin with a letter that is needed. */
function needsText(pattern: string): boolean {
  return /^\^?[\w /-](?![*?{])[^|]*$/.test(pattern);
}

function textOf({ syntax }: Resolved): string | undefined {
  return syntax.type === 'string' && syntax.isText ? syntax.value : undefined;
}

function matchesNothing(pattern: string): boolean {
  try {
    return compilePattern(`^(?:${pattern})$`).test('');
  } catch (error) {
    // What is no pattern is another problem.
    if (error instanceof PatternError) return false;
    throw error;
  }
}
