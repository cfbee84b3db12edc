import type { Expression } from '../text/syntax.js';
import { PAIR_FUNCTIONS, RELATIVES_FUNCTIONS } from './trace-vocabulary.js';

type Call = Extract<Expression, { type: 'call' }>;

/** The role of an argument of a trace function. */
export interface SpanArgument {
  readonly expression: Expression;
  /** The names (in addition to `span`) of the tested span; then those of the first span of a pair. */
  readonly own: readonly string[];
  readonly outer: readonly string[];
  /** It is evaluated once, not per span. */
  readonly isPlain: boolean;
}

/**
 * The roles of the arguments of `trace.has`, `trace.follows`, `x.children.sum` and other functions over spans; undefined for other calls. It reads names
 * alone, because scripts are not resolved.
 */
export function spanArguments({ callee, args }: Call): readonly SpanArgument[] | undefined {
  if (callee.type !== 'member') return undefined;
  const { object, name } = callee;
  const isTrace = object.type === 'name' && object.name === 'trace';
  if (!isTrace && !(object.type === 'member' && AXES.has(object.name))) return undefined;
  const [first, second] = args;
  if (isTrace && PAIRS.has(name)) {
    return args.map((argument, index) => ({
      expression: conditionOf(argument),
      own: namesOf(argument),
      outer: index === 1 ? namesOf(first) : [],
      isPlain: index > 1,
    }));
  }
  if (!TESTS.has(name)) return undefined;
  const names = FIELD_FIRST.has(name) ? namesOf(second) : namesOf(first);
  return args.map((argument) => ({ expression: conditionOf(argument), own: names, outer: [], isPlain: false }));
}

const AXES: ReadonlySet<string> = new Set(['children', 'descendants', 'ancestors']);
const PAIRS: ReadonlySet<string> = new Set(PAIR_FUNCTIONS.map(({ name }) => name));
const TESTS: ReadonlySet<string> = new Set(RELATIVES_FUNCTIONS.map(({ name }) => name));
const FIELD_FIRST: ReadonlySet<string> = new Set(
  RELATIVES_FUNCTIONS.filter(({ parameters }) => parameters[0]?.name === 'field').map(({ name }) => name),
);

function namesOf(argument: Expression | undefined): readonly string[] {
  return argument?.type === 'named-condition' ? [argument.name.name] : [];
}

function conditionOf(argument: Expression): Expression {
  return argument.type === 'named-condition' ? argument.condition : argument;
}
