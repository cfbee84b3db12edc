import { containsText } from '../contains-text.js';
import { cachedPattern, PatternError } from '../pattern.js';
import type { Value } from '../value.js';
import { LuaError } from './lua-error.js';
import { formatNumber } from './lua-number.js';
import { isNumber, luaType } from './lua-value.js';
import type { StepLimit } from './step-limit.js';

export type StringTestName = 'contains' | 'starts_with' | 'ends_with' | 'matches';

/**
 * `subject contains pattern` and `subject:contains(pattern)`: one meaning. The subject must be a string, as for every method
 * of Lua (nil: `attempt to index a nil value`, a number: `attempt to index a number value`); the pattern a string or, as in
 * Lua's string functions, a number.
 * @param limit of a regular expression; unlimited without it
 * @throws LuaError
 */
export function stringTest(test: StringTestName, subject: Value, pattern: Value, limit?: StepLimit): boolean {
  const text = subjectText(subject);
  const patternSource = patternText(test, pattern);
  switch (test) {
    case 'contains':
      return containsText(text, patternSource);
    case 'starts_with':
      return text.startsWith(patternSource);
    case 'ends_with':
      return text.endsWith(patternSource);
    case 'matches':
      return matches(text, patternSource, limit);
  }
}

/** The subject as text. @throws LuaError unless it is a string */
export function subjectText(subject: Value): string {
  if (typeof subject === 'string') return subject;
  if (subject instanceof Uint8Array) return decoder.decode(subject);
  throw new LuaError(`attempt to index a ${luaType(subject)} value`);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The pattern as text. @throws LuaError unless it is a string or a number */
export function patternText(test: StringTestName, pattern: Value): string {
  if (typeof pattern === 'string') return pattern;
  if (isNumber(pattern)) return formatNumber(pattern);
  if (pattern instanceof Uint8Array) return decoder.decode(pattern);
  throw new LuaError(`bad argument #1 to '${test}' (string expected, got ${luaType(pattern)})`);
}

function matches(text: string, patternSource: string, limit: StepLimit | undefined): boolean {
  return withPattern(() => {
    const pattern = cachedPattern(patternSource);
    return limit === undefined ? pattern.test(text) : limit.matches(pattern, text);
  });
}

/** An invalid pattern is an error of the rule. @throws LuaError */
export function withPattern(test: () => boolean): boolean {
  try {
    return test();
  } catch (error) {
    if (error instanceof PatternError) throw new LuaError(`invalid regular expression: ${error.message}`);
    throw error;
  }
}
