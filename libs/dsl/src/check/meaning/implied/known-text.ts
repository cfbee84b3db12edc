import type { StringTestName } from '../../../values/lua/string-tests.js';
import { requiredLiteral } from '../../../values/pattern-literal.js';

/** A test of a text by a constant. */
export interface TextTest {
  readonly test: StringTestName;
  readonly pattern: string;
}

/** Facts about every text that passes a test. */
interface KnownText {
  readonly prefix: string;
  readonly suffix: string;
  readonly part: string;
}

/** The only text that a pattern matches: `^abc$`. */
export function onlyText({ test, pattern }: TextTest): string | undefined {
  const literal = test === 'matches' ? requiredLiteral(pattern) : undefined;
  return literal?.isWhole === true && literal.atStart && literal.atEnd ? literal.text : undefined;
}

/** Whether no text passes both tests. */
export function excludeEachOther(a: TextTest, b: TextTest): boolean {
  const first = knownOf(a);
  const second = knownOf(b);
  if (first === undefined || second === undefined) return false;
  return !agree(first.prefix, second.prefix, 'startsWith') || !agree(first.suffix, second.suffix, 'endsWith');
}

/** Whether every text that passes `one` passes `other`. */
export function implies(one: TextTest, other: TextTest): boolean {
  if (one.test === other.test && one.pattern === other.pattern) return true;
  const known = knownOf(one);
  const wanted = plain(other);
  if (known === undefined || wanted === undefined) return false;
  switch (wanted.test) {
    case 'starts_with':
      return known.prefix.startsWith(wanted.pattern);
    case 'ends_with':
      return known.suffix.endsWith(wanted.pattern);
    case 'contains':
      return [known.prefix, known.suffix, known.part].some((text) => text.includes(wanted.pattern));
    default:
      return false;
  }
}

function agree(a: string, b: string, how: 'startsWith' | 'endsWith'): boolean {
  return a[how](b) || b[how](a);
}

/** Replaces a regular expression without special characters by an equal plain test. */
function plain({ test, pattern }: TextTest): TextTest | undefined {
  if (test !== 'matches') return { test, pattern };
  const literal = requiredLiteral(pattern);
  if (literal?.isWhole !== true || (literal.atStart && literal.atEnd)) return undefined;
  return { test: literal.atStart ? 'starts_with' : literal.atEnd ? 'ends_with' : 'contains', pattern: literal.text };
}

function knownOf({ test, pattern }: TextTest): KnownText | undefined {
  switch (test) {
    case 'starts_with':
      return { prefix: pattern, suffix: '', part: '' };
    case 'ends_with':
      return { prefix: '', suffix: pattern, part: '' };
    case 'contains':
      return { prefix: '', suffix: '', part: pattern };
    case 'matches': {
      const literal = requiredLiteral(pattern);
      if (literal === undefined) return undefined;
      const { text, isWhole, atStart, atEnd } = literal;
      if (isWhole) return { prefix: atStart ? text : '', suffix: atEnd ? text : '', part: text };
      return { prefix: beginningOf(pattern), suffix: '', part: text };
    }
  }
}

/** `^` and literal characters; the last may be optional. */
const BEGINNING = /^\^((?:[^\\^$.|?*+()[\]{}]|\\[!-/:-@[-`{-~])*)/u;

function beginningOf(pattern: string): string {
  const [whole, escaped] = BEGINNING.exec(pattern) ?? [];
  if (whole === undefined || escaped === undefined) return '';
  const characters = [...escaped.replace(/\\(.)/gsu, '$1')];
  if ('?*{'.includes(pattern.charAt(whole.length) || ' ')) characters.pop();
  return characters.join('');
}
