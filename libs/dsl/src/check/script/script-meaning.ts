import type { Diagnostic } from '../../text/diagnostic.js';
import type { ProblemCode } from '../../text/problems.js';
import type { Expression } from '../../text/syntax.js';
import { judgeMeaningInScript } from '../meaning/judge-meaning.js';
import { resolve } from '../resolve/resolve.js';
import { CheckScope, Findings } from '../scope/scope.js';
import type { Constant, Locals } from '../scope/script-locals.js';

/** Problems that are as certain in a script as in an expression. All others depend on the values of variables. */
const CERTAIN: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'BT_DSL_CONSTANT_CONDITION',
  'BT_DSL_CONSTANT_FIELD',
  'BT_DSL_UNASKED',
  'BT_DSL_SWAPPED',
  'BT_DSL_SAME_SIDES',
  'BT_DSL_INDEX_ZERO',
  'BT_DSL_UNIT',
  'BT_DSL_UNIT_IN_NAME',
  'BT_DSL_UNIT_BESIDE',
  'BT_DSL_UNIT_MISMATCH',
  'BT_DSL_UNIT_TWICE',
  'BT_DSL_UNIT_DIVIDED',
  'BT_DSL_NEGATIVE_DEADLINE',
  'BT_DSL_ONE_VALUE',
  'BT_DSL_DISTINCT_IDS',
  'BT_DSL_COVERED',
  'BT_DSL_QUOTES_IN_TEXT',
  'BT_DSL_RESOURCE',
  'BT_DSL_FIELD_NAME',
  'BT_DSL_NIL_EQUALS_NIL',
  'BT_DSL_NUMERAL_IN_STRING',
  'BT_DSL_GLOB',
  'BT_DSL_BACKSPACE',
  'BT_DSL_LETTER_CASE',
  'BT_DSL_TYPE_NAME',
  'BT_DSL_LENGTH_OF_MAP',
  'BT_DSL_CONDITION_AS_FIELD',
  'BT_DSL_SAME_CONDITIONS',
  'BT_DSL_TOLERANCE',
  'BT_DSL_ID_TEXT',
  'BT_DSL_SPAN_ATTRIBUTE',
  'BT_DSL_FOREIGN_PATTERN',
  'BT_DSL_LIST_AS_SET',
  'BT_DSL_ATTRIBUTE_TYPE',
  'BT_DSL_QUOTED_TRUTH',
  'BT_DSL_NUMBER_CONDITION',
  'BT_DSL_TEXT_FIELD',
  'BT_DSL_COUNT_OF_DISTINCT',
  'BT_DSL_ONE_ROOT',
  'BT_DSL_MISSING_DIFFERS',
  'BT_DSL_GUARDED_FALSE',
  'BT_DSL_CONTRADICTION',
  'BT_DSL_UNGUARDED_NIL',
  'BT_DSL_UNKNOWN_FIELD',
  'BT_DSL_UNKNOWN_FUNCTION',
  'BT_DSL_UNKNOWN_VALUE',
  'BT_DSL_COMPARISON',
  'BT_DSL_DURATION_IN_STRING',
]);

/** For these a test of the value anywhere in the script counts as a guard: control flow is not followed. */
const GUARDED: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['BT_DSL_UNGUARDED_NIL', 'BT_DSL_NIL_EQUALS_NIL', 'BT_DSL_MISSING_DIFFERS']);

/**
 * Finds expressions of a script that are probably mistakes. Its variables may hold anything, except those known to hold a span or a constant.
 * `isTested`: whether the script tests somewhere that a value exists.
 */
export function scriptMeaning(
  expression: Expression,
  isCondition: boolean,
  locals: Locals,
  isTested: (text: string) => boolean,
  findings: Findings,
): readonly Diagnostic[] {
  const own = new Findings(findings.source);
  const spans = [...locals].filter(([name, holding]) => holding === 'span' && name !== 'span').map(([name]) => name);
  const others = new Map<string, Constant | undefined>();
  for (const [name, holding] of locals) if (holding !== 'span') others.set(name, typeof holding === 'object' ? holding : undefined);
  const resolved = resolve(expression, CheckScope.ofScript(own, others, spans));
  // After an unresolved expression nothing is certain.
  if (!own.hasErrors) judgeMeaningInScript(resolved, isCondition, own);
  const { source } = findings;
  return own.diagnostics.filter(({ code, range }) => {
    if (!CERTAIN.has(code)) return false;
    // `trace.spans[i]` exists in a loop up to their number.
    if (code === 'BT_DSL_UNGUARDED_NIL' && source.slice(range).startsWith('trace.spans[')) return false;
    return !GUARDED.has(code) || !attributesIn(source.slice(range)).some(isTested);
  });
}

/** The attributes that a text reads. */
function attributesIn(text: string): readonly string[] {
  return [text, ...text.split(/\s*(?:==|~=|!=|\band\b|\bor\b|\bnot\b|[()])\s*/)].map((part) => part.trim()).filter((part) => part !== '');
}
