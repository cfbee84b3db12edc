import type { Resolved, StringTestNode } from '../../../tree/resolved.js';
import { compilePattern, PatternError } from '../../../values/pattern.js';

/** The texts that pass a test, if it accepts all of some kind: `x contains ""`, `x matches ".*"`. */
export function heldByEveryText({ test, pattern }: StringTestNode): string | undefined {
  const text = textOf(pattern);
  if (text === undefined) return undefined;
  if (test !== 'matches') return text === '' ? 'every text' : undefined;
  if (needsText(text)) return undefined;
  if (text === '^.*$') return 'every text of one line';
  // A pattern that may match nothing is found at the start or end of any text.
  const free = text.endsWith('$') && !text.endsWith('\\$') ? text.slice(0, -1) : text.replace(/^\^/, '');
  return !/[$^]|\\[bBAz]/.test(free) && matchesNothing(free) ? 'every text' : undefined;
}

/** Fast path: nearly all patterns begin with a literal letter. */
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
    // Another check reports invalid patterns.
    if (error instanceof PatternError) return false;
    throw error;
  }
}
