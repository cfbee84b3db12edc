/** One kind of problem: its severity, the sentence (values in braces) and what it means, for the reference. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly doc: string;
}

/** Everything that the parser and the checker can say about a rule's text. Documents are generated from it; codes are never reused. */
export const PROBLEMS = {
  BT_DSL_TOO_LONG: error('the expression is too long: {length} characters, at most {limit}', 'The text is refused before it is read.'),
  BT_DSL_EMPTY: error('the expression is empty', 'A rule needs a condition, for example `span.duration > 1s`.'),
  BT_DSL_SYNTAX: error(
    'unexpected symbol near {near}',
    'The text does not follow the grammar; `expected` says what could have stood here.',
  ),
  BT_DSL_EXPECTED: error('{expected} expected near {near}', 'One certain symbol was missing.'),
  BT_DSL_UNCLOSED: error(
    "{expected} expected (to close '{opening}' at line {line}) near {near}",
    'A bracket or block was opened and not closed.',
  ),
  BT_DSL_FOREIGN_OPERATOR: error(
    "'{found}' is not an operator here: write '{instead}'",
    'An operator of another language; the fix replaces it.',
  ),
  BT_DSL_ASSIGNMENT: error("'=' assigns: write '==' to compare", 'A single `=` in an expression.'),
  BT_DSL_TOO_DEEP: error(
    'the expression is nested too deeply (at most {limit} levels)',
    'Depth is bounded so that no text can exhaust the stack.',
  ),
  BT_DSL_UNFINISHED_STRING: error(
    'unfinished string near {near}',
    'A string without its closing quote on the same line, or a long string or comment without its closing bracket.',
  ),
  BT_DSL_BAD_ESCAPE: error('{reason} near {near}', 'An escape in a string that Lua does not know.'),
  BT_DSL_NOT_TEXT: error('the string is not valid UTF-8: no attribute or name can equal it', 'Escapes made bytes that are no text.'),
  BT_DSL_MALFORMED_NUMBER: error(
    'malformed number near {near}',
    'A numeral that Lua cannot read, or a number with an unknown unit of time.',
  ),
  BT_DSL_UNKNOWN_CHARACTER: error('unexpected symbol near {near}', 'A character that belongs to no token.'),
  BT_DSL_UNKNOWN_NAME: error(
    "unknown name '{name}'",
    'A name that is neither span, trace, attribute, a function nor (in scripts) a local.',
  ),
  BT_DSL_UNAVAILABLE: error(
    "'{name}' is not available in rules",
    'A part of Lua that rules must not reach: files, processes, loading of code, metatables.',
  ),
  BT_DSL_UNKNOWN_FIELD: error("'{object}' has no field '{name}'", 'A field that the vocabulary does not list.'),
  BT_DSL_UNKNOWN_FUNCTION: error("'{object}' has no function '{name}'", 'A function or method that the vocabulary does not list.'),
  BT_DSL_NOT_CALLED: error("'{name}' is a function: call it, for example {example}", 'A function named without its arguments.'),
  BT_DSL_NOT_A_FUNCTION: error("'{name}' is not a function", 'Something that is no function was called.'),
  BT_DSL_ARITY: error("'{name}' takes {wanted}, not {found}", 'The number of arguments is wrong.'),
  BT_DSL_ARGUMENT: error("'{name}': {reason}", 'An argument that can never be right.'),
  BT_DSL_COMPARISON: error(
    'attempt to compare {left} with {right}',
    'The types of both sides are known, and comparing them always fails or is always false.',
  ),
  BT_DSL_DURATION_IN_STRING: error(
    'a duration is written without quotes: {duration}',
    'A string that holds a duration, compared with a number of nanoseconds.',
  ),
  BT_DSL_ARITHMETIC: error('attempt to perform {operation} on a {type} value', 'The type is known, and the operation always fails.'),
  BT_DSL_STRING_TEST: error(
    "'{test}' tests a string, not a {type}",
    'The subject or the pattern of a string test is known to be no string.',
  ),
  BT_DSL_INDEX: error('attempt to index a {type} value', 'Something that is known to be no table is indexed.'),
  BT_DSL_UNKNOWN_VALUE: error(
    "'{field}' is never {value}",
    'A comparison with a word that the field never holds, such as `span.status == "failed"`.',
  ),
  BT_DSL_PATTERN: error(
    'invalid regular expression: {reason}',
    'The pattern is not RE2 syntax (look-around and back-references can not be had in linear time).',
  ),
  BT_DSL_RESERVED: error(
    "'{name}' is reserved: give the variable another name",
    'A local, parameter or global of a script named `trace` or `attribute`.',
  ),
  BT_DSL_NAME_TAKEN: error(
    "'{name}' already means something here: give the span another name",
    'The name before `where` is that of an outer span, of a function or of a part of the language.',
  ),
  BT_DSL_NOT_AN_ARGUMENT: error(
    "'{name} where …' names a span of a trace function, and stands only as its argument",
    'A named condition anywhere else.',
  ),
  BT_DSL_STATEMENT: error("'{name}' is not available in rules", 'A statement of Lua that scripts of rules refuse.'),
  BT_DSL_NO_RETURN: error(
    'the script returns nothing, so it can never match',
    'A script says by its return value whether the rule is violated.',
  ),
  BT_DSL_SCRIPT: error('the script can not be compiled: {reason}', 'More local variables, or deeper nesting, than Lua has room for.'),
  BT_DSL_WHEN_INCOMPLETE: error(
    'when { … } alone is never violated: always { … } or never { … } must follow',
    'A rule of the form `when { … }` says what must, or must not, be in the traces in which its condition holds.',
  ),
  BT_DSL_WHEN_REPEATED: error("'{clause}' was given already", 'A rule of the form `when { … }` has each clause at most once.'),
  BT_DSL_WHEN_ATTRIBUTE: error(
    "'{name}' is the name of a span here, and has no value to compare",
    'Outside of `.where( … )` names are spans; an attribute is compared as `span_name.where(attribute > 1)`.',
  ),
  BT_DSL_UNGUARDED_NIL: warning(
    '{operation} fails {where}',
    'What may be nil: an attribute, a parent, the least of no spans. The error is counted and nothing matches. Guard it with `x and …`.',
  ),
  BT_DSL_ALWAYS: warning('this is always {value}', 'A condition that does not depend on the trace.'),
} as const satisfies Readonly<Record<string, Problem>>;

export type ProblemCode = keyof typeof PROBLEMS;

function error(message: string, doc: string): Problem {
  return { severity: 'error', message, doc };
}

function warning(message: string, doc: string): Problem {
  return { severity: 'warning', message, doc };
}
