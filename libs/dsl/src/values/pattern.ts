import { RE2JS } from 're2js';
import { containsText } from './contains-text.js';
import { type RequiredLiteral, requiredLiteral } from './pattern-literal.js';

/** A compiled regular expression of RE2 syntax: `test` returns whether it occurs anywhere in the subject, in linear time. */
export interface Pattern {
  readonly text: string;
  /** Instructions of its program: the maximum cost of a character. */
  readonly size: number;
  test(subject: string): boolean;
  /** The steps that it takes on a subject (docs/decisions/0013); 0 where a literal decides it. */
  price(subject: string): number;
  /** The maximum length of a subject within this many steps; Infinity where it is cheap at any length. */
  longest(steps: number): number;
}

/** Instructions of a program that one step runs on a character. */
const INSTRUCTIONS_PER_STEP = 16;

/** Why a text is not a pattern, in RE2's words. */
export class PatternError extends Error {}

const MAX_LENGTH = 1_000;

/** Maximum of instructions. Time is linear in text times program, and bounded repetitions make programs long: `((a{100}){10}b){10}` has 10,000. */
const MAX_PROGRAM = 5_000;

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
  const size = regex.programSize();
  if (size > MAX_PROGRAM) throw new PatternError(`its repetitions make a program of ${size} instructions, at most ${MAX_PROGRAM}`);
  return { text, size, ...tester(regex, size, requiredLiteral(text)) };
}

/**
 * Searching for the literal first takes a quarter to a twentieth of RE2's time per subject (four patterns, six span names). If the literal decides, that
 * takes no steps.
 */
function tester(regex: RE2JS, size: number, literal: RequiredLiteral | undefined): Pick<Pattern, 'test' | 'price' | 'longest'> {
  if (literal?.isWhole) return { test: wholeTest(literal), price: () => 0, longest: () => Number.POSITIVE_INFINITY };
  const perCharacter = size / INSTRUCTIONS_PER_STEP;
  const longest = (steps: number): number => (perCharacter <= 1 ? Number.POSITIVE_INFINITY : Math.floor(steps / perCharacter));
  const price = (subject: string): number => subject.length * perCharacter;
  const run = (subject: string): boolean => regex.test(subject);
  if (literal === undefined) return { test: run, price, longest };
  const mayOccur = (subject: string): boolean => containsText(subject, literal.text);
  return { test: (subject) => mayOccur(subject) && run(subject), price: (subject) => (mayOccur(subject) ? price(subject) : 0), longest };
}

function wholeTest({ text, atStart, atEnd }: RequiredLiteral): (subject: string) => boolean {
  if (atStart && atEnd) return (subject) => subject === text;
  if (atStart) return (subject) => subject.startsWith(text);
  return atEnd ? (subject) => subject.endsWith(text) : (subject) => containsText(subject, text);
}

/** Recently used patterns that are not literals (`x matches attribute.pattern`); compiling costs microseconds. */
const recent = new Map<string, Pattern>();
const RECENT = 64;

/** The compiled pattern, from the cache when it was used recently. @throws PatternError */
export function cachedPattern(text: string): Pattern {
  const existing = recent.get(text);
  if (existing !== undefined) return existing;
  const pattern = compilePattern(text);
  if (recent.size >= RECENT) recent.delete(recent.keys().next().value as string);
  recent.set(text, pattern);
  return pattern;
}
