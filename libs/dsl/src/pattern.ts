import { RE2JS } from 're2js';
import { type RequiredLiteral, requiredLiteral } from './pattern-literal.js';

/** A regular expression of RE2 syntax, compiled: `test` says whether it occurs anywhere in the subject, in linear time. */
export interface Pattern {
  readonly text: string;
  test(subject: string): boolean;
}

/** Why a text is no pattern: RE2's own words. */
export class PatternError extends Error {}

/** Longest pattern; RE2 programs grow with their text (and with bounded repetition, which RE2 itself limits). */
const MAX_LENGTH = 1_000;

/**
 * @throws PatternError
 */
export function compilePattern(text: string): Pattern {
  if (text.length > MAX_LENGTH) throw new PatternError(`longer than ${MAX_LENGTH} characters`);
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(text);
  } catch (error) {
    throw new PatternError(error instanceof Error ? error.message : String(error));
  }
  return { text, test: tester(regex, requiredLiteral(text)) };
}

/** Looking for the literal first took a quarter to a twentieth of RE2's own time per subject (four patterns, six span names). */
function tester(regex: RE2JS, literal: RequiredLiteral | undefined): (subject: string) => boolean {
  if (literal === undefined) return (subject) => regex.test(subject);
  const { text, isWhole, atStart, atEnd } = literal;
  if (!isWhole) return (subject) => subject.includes(text) && regex.test(subject);
  if (atStart && atEnd) return (subject) => subject === text;
  if (atStart) return (subject) => subject.startsWith(text);
  return atEnd ? (subject) => subject.endsWith(text) : (subject) => subject.includes(text);
}

/** Patterns that are no literal (`x matches attribute.pattern`): the last few are kept, compiling costs microseconds. */
const recent = new Map<string, Pattern>();
const RECENT = 64;

/** The compiled pattern, from the cache when it was used lately. @throws PatternError */
export function cachedPattern(text: string): Pattern {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const pattern = compilePattern(text);
  if (recent.size >= RECENT) recent.delete(recent.keys().next().value as string);
  recent.set(text, pattern);
  return pattern;
}
