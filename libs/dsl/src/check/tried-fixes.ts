import type { Diagnostic, Fix } from '../text/diagnostic.js';
import type { ProblemCode } from '../text/problems.js';
import type { Range } from '../text/source.js';

/** What the checker says of a text, whatever fixes it offers. */
type Recheck = (text: string) => Rechecked;

interface Rechecked {
  readonly diagnostics: readonly Diagnostic[];
  /** It follows the grammar. */
  readonly isRead: boolean;
}

/** So many characters are checked again for one rule: a fix of a long rule costs a check of all of it. */
const MAX_CHARACTERS = 50_000;
/** A fix may bring to light what stood behind the mistake, with its own fix. */
const MAX_ROUNDS = 3;

/** Diagnostics that a correct rule may have: what it does where a value is missing, or has the type that most senders use. */
const OF_VALUES: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'BT_DSL_UNGUARDED_NIL',
  'BT_DSL_NIL_EQUALS_NIL',
  'BT_DSL_MISSING_DIFFERS',
  'BT_DSL_ATTRIBUTE_TYPE',
  'BT_DSL_MAY_BE_LIST',
]);

/**
 * The diagnostics with those fixes only that lead somewhere. Each is made and the text checked again: where it was made there is no
 * error then, and nothing else to warn of; after the fix of a warning there is no new error anywhere. A fix that was not tried,
 * because the text is long, is not offered.
 */
export function withTriedFixes(text: string, { diagnostics, isRead }: Rechecked, recheck: Recheck): readonly Diagnostic[] {
  if (diagnostics.every(({ fix }) => fix === undefined)) return diagnostics;
  let left = MAX_CHARACTERS;
  return diagnostics.map((diagnostic) => {
    const { fix, ...others } = diagnostic;
    if (fix === undefined) return diagnostic;
    const count = (changed: string): Rechecked | undefined => {
      left -= changed.length;
      return left < 0 ? undefined : recheck(changed);
    };
    if (leadsSomewhere(text, fix, diagnostic, { diagnostics, isRead }, count, MAX_ROUNDS)) return diagnostic;
    // What else is suggested stays.
    const { suggestion, ...told } = others;
    return suggestion === undefined || suggestion === fix.text ? told : others;
  });
}

function leadsSomewhere(
  text: string,
  fix: Fix,
  mended: Diagnostic,
  before: Rechecked,
  recheck: (text: string) => Rechecked | undefined,
  rounds: number,
): boolean {
  const changed = text.slice(0, fix.range.start) + fix.text + text.slice(fix.range.end);
  const after = recheck(changed);
  if (after === undefined || (before.isRead && !after.isRead)) return false;
  const known = new Set(before.diagnostics.filter((diagnostic) => diagnostic !== mended).map(nameOf));
  const { start, end } = withNeighbours(changed, fix);
  const news = after.diagnostics.filter((diagnostic) => {
    const isThere = diagnostic.range.start <= end && start <= diagnostic.range.end;
    return isThere && !OF_VALUES.has(diagnostic.code) && !known.has(nameOf(diagnostic));
  });
  // Of a text with a warning all was judged: an error that is new, wherever, is of the fix.
  if (mended.severity === 'warning' && after.diagnostics.some((next) => next.severity === 'error' && !known.has(nameOf(next))))
    return false;
  return news.every((next) => {
    if (next.fix === undefined || rounds === 1) return false;
    return leadsSomewhere(changed, next.fix, next, after, recheck, rounds - 1);
  });
}

/** Where the fix is made, with the blanks and parentheses around it: an operator may be wrong for what stands beside it. */
function withNeighbours(changed: string, { range, text }: Fix): Range {
  let { start } = range;
  let end = start + text.length;
  while (start > 0 && isBlank(changed.charCodeAt(start - 1))) start--;
  while (end < changed.length && isBlank(changed.charCodeAt(end))) end++;
  return { start, end };
}

/** Also `(` and `)`. */
function isBlank(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === 40 || unit === 41;
}

/** One warning may name the value that is compared in the mended text otherwise than before. */
function nameOf({ code, severity, message }: Diagnostic): string {
  return severity === 'warning' ? code : `${code} ${message}`;
}
