import type { Diagnostic, Fix } from '../text/diagnostic.js';
import type { ProblemCode } from '../text/problems.js';
import type { Range } from '../text/source.js';

/** The diagnostics of a text, including fixes that were not tried. */
type Recheck = (text: string) => Rechecked;

interface Rechecked {
  readonly diagnostics: readonly Diagnostic[];
  /** Whether the text is grammatical. */
  readonly isRead: boolean;
}

/** The number of characters to recheck for one rule: each fix rechecks its whole text. */
const MAX_CHARACTERS = 50_000;
/** A fix may reveal a further mistake with its own fix. */
const MAX_ROUNDS = 3;

/** Diagnostics that a correct rule may have: about missing values, or the types that most senders use. */
const OF_VALUES: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'BT_DSL_UNGUARDED_NIL',
  'BT_DSL_NIL_EQUALS_NIL',
  'BT_DSL_MISSING_DIFFERS',
  'BT_DSL_ATTRIBUTE_TYPE',
  'BT_DSL_MAY_BE_LIST',
]);

/**
 * Keeps only fixes that work. Each is applied and the text checked again: its range must have no error and no further warning. After the fix of a
 * warning there must not be a new error anywhere. Long texts get no fixes, because none is tried.
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
    if (fixWorks(text, fix, diagnostic, { diagnostics, isRead }, count, MAX_ROUNDS)) return diagnostic;
    // Other suggestions stay.
    const { suggestion, ...rest } = others;
    return suggestion === undefined || suggestion === fix.text ? rest : others;
  });
}

function fixWorks(
  text: string,
  fix: Fix,
  repaired: Diagnostic,
  before: Rechecked,
  recheck: (text: string) => Rechecked | undefined,
  rounds: number,
): boolean {
  const changed = text.slice(0, fix.range.start) + fix.text + text.slice(fix.range.end);
  const after = recheck(changed);
  if (after === undefined || (before.isRead && !after.isRead)) return false;
  const formerProblems = new Set(before.diagnostics.filter((diagnostic) => diagnostic !== repaired).map(nameOf));
  const { start, end } = withNeighbours(changed, fix);
  const found = after.diagnostics.filter((diagnostic) => {
    const isNear = diagnostic.range.start <= end && start <= diagnostic.range.end;
    return isNear && !OF_VALUES.has(diagnostic.code) && !formerProblems.has(nameOf(diagnostic));
  });
  // A text with only warnings was fully checked: any new error comes from the fix.
  if (repaired.severity === 'warning' && after.diagnostics.some((next) => next.severity === 'error' && !formerProblems.has(nameOf(next))))
    return false;
  return found.every((next) => {
    if (next.fix === undefined || rounds === 1) return false;
    return fixWorks(changed, next.fix, next, after, recheck, rounds - 1);
  });
}

/** The range of a fix, with surrounding blanks and parentheses: the operator may not fit its neighbours. */
function withNeighbours(changed: string, { range, text }: Fix): Range {
  let { start } = range;
  let end = start + text.length;
  while (start > 0 && isBlank(changed.charCodeAt(start - 1))) start--;
  while (end < changed.length && isBlank(changed.charCodeAt(end))) end++;
  return { start, end };
}

/** Blanks and parentheses. */
function isBlank(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13) || unit === 40 || unit === 41;
}

/** After the fix, one warning may name the compared value differently. */
function nameOf({ code, severity, message }: Diagnostic): string {
  return severity === 'warning' ? code : `${code} ${message}`;
}
