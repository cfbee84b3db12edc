/** One kind of problem: its severity, the sentence (values in braces) and its meaning, for the reference. */
export interface DiagnosticKind {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly doc: string;
  /** The rule can run, but is probably a mistake: it is refused when saved, but a stored rule still runs. */
  readonly isAboutMeaning?: true;
}

/** Every problem that the parser and the checker report. Documents are generated from it; codes are never reused. */
export const PROBLEMS = {
  BT_DSL_TOO_LONG: error('the expression is too long: {length} characters, at most {limit}', 'The text is refused before it is parsed.'),
  BT_DSL_EMPTY: error('the expression is empty', 'A rule needs a condition, for example `span.duration > 1s`.'),
  BT_DSL_SYNTAX: error('unexpected symbol near {near}', 'The text does not follow the grammar; `expected` names what is allowed here.'),
  BT_DSL_EXPECTED: error('{expected} expected near {near}', 'A symbol is missing.'),
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
  BT_DSL_NOT_TEXT: error(
    'the string is not valid UTF-8: no attribute or name can equal it',
    'The escapes produce bytes that are not UTF-8.',
  ),
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
  BT_DSL_NOT_A_FUNCTION: error("'{name}' is not a function", 'A value that is not a function was called.'),
  BT_DSL_ARITY: error("'{name}' takes {wanted}, not {found}", 'The number of arguments is wrong.'),
  BT_DSL_ARGUMENT: error("'{name}': {reason}", 'An argument that can never be right.'),
  BT_DSL_CONSTANT_FAILS: error('{reason}', 'An operation on constants that always fails, such as a division by zero.'),
  BT_DSL_COMPARISON: error(
    'attempt to compare {left} with {right}',
    'The types of both sides are known, and comparing them always fails or is always false.',
  ),
  BT_DSL_DURATION_IN_STRING: error(
    'a duration is written without quotes: {duration}',
    'A string that holds a duration, compared with a number of nanoseconds.',
  ),
  BT_DSL_ARITHMETIC: error('attempt to {operation} a {type} value', 'The type is known, and the operation always fails.'),
  BT_DSL_STRING_TEST: error(
    "'{test}' tests a string, not a {type}",
    'The subject or the pattern of a string test is known not to be a string.',
  ),
  BT_DSL_INDEX: error('attempt to index a {type} value', 'A value that is known not to be a table is indexed.'),
  BT_DSL_UNKNOWN_VALUE: error(
    "'{field}' is never {value}",
    'A comparison with a word that the field never holds, such as `span.status == "failed"`.',
  ),
  BT_DSL_PATTERN: error(
    'invalid regular expression: {reason}',
    'The pattern is not RE2 syntax (look-around and back-references do not match in linear time).',
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
    "'{name} where …' names a span of a trace function, and is allowed only as its argument",
    'A named condition anywhere else.',
  ),
  BT_DSL_STATEMENT: error("'{name}' is not available in rules", 'A statement of Lua that scripts of rules refuse.'),
  BT_DSL_NO_RETURN: error(
    'the script returns nothing, so it can never match',
    'The return value of a script says whether the rule is violated.',
  ),
  BT_DSL_SCRIPT: error('the script cannot be compiled: {reason}', 'More local variables, or deeper nesting, than Lua allows.'),
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
    'A value may be nil: an attribute, a parent, the minimum of no spans. Then the rule fails, the error is counted, and nothing matches. Guard it with `x and …`.',
  ),
  BT_DSL_ALWAYS: warning('this is always {value}', 'A condition that does not depend on the trace.'),
  BT_DSL_CONTRADICTION: warning(
    'this is always {value}: {reason}',
    'Conditions on one value exclude each other, or one of them always holds; it is only a part of the rule.',
  ),
  BT_DSL_OF_ITSELF: warning(
    '{of} is one of the tested spans, and satisfies this itself{where}',
    'An inner condition looks for a second span, but the outer span satisfies it itself: `b.id != a.id` excludes it.',
  ),
  BT_DSL_NEVER: mistake('the rule can never match: {reason}', 'The rule is false, or fails, on every trace.'),
  BT_DSL_MATCHES_ALL: mistake('the rule always matches: {reason}', 'The rule is true on every trace.'),
  BT_DSL_CONSTANT_CONDITION: mistake(
    '{text} is {what}, not a condition: it always counts as true',
    'A text, a number, a duration or a table where a condition belongs. Test the name of a span by `span.name == "x"`.',
  ),
  BT_DSL_CONSTANT_FIELD: mistake(
    "'{name}' reads the constant {text} of every span: a field is `attribute[…]` or `span.…`",
    'A constant or a table where a field of each span belongs.',
  ),
  BT_DSL_SWAPPED: mistake("'{name}' takes the field first and then the condition", 'The condition is in the place of the field.'),
  BT_DSL_NOT_PRECEDENCE: mistake(
    "'not' binds tighter than '{operator}': this tests `(not {operand})`",
    '`not a == b` is `(not a) == b`, which is rarely intended: write `not (a == b)`.',
  ),
  BT_DSL_SAME_SIDES: mistake(
    'both sides are {text} of the same span',
    'A value compared with itself; within a condition `span` is the span being tested, and an outer one needs a name: `trace.has(a where …)`.',
  ),
  BT_DSL_INDEX_ZERO: mistake('lists count from 1: there is nothing at {index}', 'An index below 1, or one that is not a whole number.'),
  BT_DSL_ITERATOR: mistake("'for … in' needs ipairs: {text} is a list", 'A loop over a list without `ipairs` fails on every trace.'),
  BT_DSL_LOOP_OVER: mistake(
    'the parts of {text} have names, and {function} {what}',
    'A loop over `trace` or a span, or by `ipairs` over attributes, which finds nothing or fails.',
  ),
  BT_DSL_LOOP_INDEX: mistake(
    "'{name}' is the index in the list, not the element: {text} gives two values",
    'A loop over `ipairs(list)` with one variable.',
  ),
  BT_DSL_LIST_AS_SET: mistake(
    "'{name}' is a list with the keys 1, 2, 3: a text is none of them",
    'A list of texts is indexed by a text, as if it were a set.',
  ),
  BT_DSL_UNIT: warning('{what} is in nanoseconds: {number} is {shown}', 'A bare number that is compared with a duration or a time.'),
  BT_DSL_UNIT_IN_NAME: warning(
    "by its name '{key}' is a number of {unit}: {duration} is the number {number}",
    'An attribute that has its unit in its name is compared with a duration, which is a number of nanoseconds.',
  ),
  BT_DSL_UNIT_BESIDE: warning(
    "by its name '{key}' is a number of {unit}, but {what} is one of nanoseconds",
    'An attribute that has its unit in its name is combined with a duration or a time of spans.',
  ),
  BT_DSL_UNIT_MISMATCH: mistake(
    '{left} is {leftUnit}, {right} is {rightUnit}',
    'A duration, a time and a count are compared with each other.',
  ),
  BT_DSL_UNIT_TWICE: warning(
    '{what} is a number of {unit}: {duration} is the number {number}',
    'A duration that was divided into another unit is compared with a duration, which is a number of nanoseconds.',
  ),
  BT_DSL_UNIT_DIVIDED: warning(
    '{what} is a number of {unit}: {number} is {shown}',
    'A duration is a number of nanoseconds. Divided by 1,000 it is a number of microseconds.',
  ),
  BT_DSL_NEGATIVE_DEADLINE: mistake(
    'the deadline {shown} is negative',
    'The deadline of `trace.follows` and `trace.preceded` is the maximum time between the spans. Neither takes a negative one.',
  ),
  BT_DSL_ONE_VALUE: warning(
    'this holds if a single span has {field}: {what} is `> 1`',
    'A count of values, or of the spans that share one, is at least 1 if any value exists. `trace.has` tests for that.',
  ),
  BT_DSL_DISTINCT_IDS: warning(
    "this holds for any two of them, because each has its own '{key}': find duplicates by `trace.max_count`",
    '`trace.distinct` counts different values. Messages and events have different ids. `trace.max_count(field) > 1` finds one that several spans share.',
  ),
  BT_DSL_COVERED: warning(
    '{part} adds nothing: {whole} covers it',
    'Of two alternatives on one value the second holds wherever the first does, as `x == "a" or x != "b"`. Usually another value, or `and`, is intended.',
  ),
  BT_DSL_QUOTES_IN_TEXT: warning(
    '{text} has quotes within its quotes: they are part of the compared text',
    'The name of a span or of a service in two pairs of quotes.',
  ),
  BT_DSL_RESOURCE: warning(
    "'{key}' is an attribute of the resource by the semantic conventions, not of the span",
    'Spans do not have it: attributes of the service, host or container are in `span.resource`.',
  ),
  BT_DSL_FIELD_NAME: warning(
    "'{key}' is an attribute of that name here: the field of the span is {field}",
    'An attribute that has the name of a field of spans. Fields are not among the attributes.',
  ),
  BT_DSL_BACKWARDS: warning(
    'this compares the times of one span: it holds on {which} whose clock does not run backwards',
    'Start and end of the same span are compared as if they belonged to two spans, or in the wrong order.',
  ),
  BT_DSL_NIL_EQUALS_NIL: warning(
    'this also holds if both are missing: nil == nil',
    'Two attributes that may both be missing are compared. Guard one with `x and …`.',
  ),
  BT_DSL_MISSING_DIFFERS: warning(
    "this also holds on every span that has no '{key}'",
    'The condition only excludes a value of an attribute. Guard it with `x and …`, or add a condition that selects spans.',
  ),
  BT_DSL_GUARDED_FALSE: warning(
    "this never holds if '{key}' is false: the guard excludes false, too",
    'A guard `x and …` before `x != true`. `x != nil and …` tests whether there is a value.',
  ),
  BT_DSL_ATTRIBUTE_TYPE: warning(
    "'{key}' is {type} by the semantic conventions, not a text such as {text}",
    'An attribute is compared with a text; a number or a list never equals one.',
  ),
  BT_DSL_MAY_BE_LIST: warning(
    "many senders use a list for '{key}': '{test}' {outcome}",
    'An attribute that is named like a list is tested as a text. A script can iterate over a list; `type(x) == "string" and …` requires a text.',
  ),
  BT_DSL_QUOTED_TRUTH: warning(
    '{text} in quotes is a text: the boolean is {value}',
    'An attribute is compared with a quoted boolean. Senders use booleans; `tostring(x) == "true"` matches both.',
  ),
  BT_DSL_NUMBER_CONDITION: warning(
    '{text} is a number, not a condition: it always counts as true',
    'A number where a condition belongs: compare it.',
  ),
  BT_DSL_TEXT_FIELD: warning(
    "'{name}' ignores texts, and '{key}' is probably not a number",
    'The sum, mean, minimum or maximum of an id, a name or the like.',
  ),
  BT_DSL_COUNT_OF_DISTINCT: warning(
    "this also holds if a counted span has no '{key}'",
    'More spans than values. `trace.max_count(field, condition) > 1` finds a value that two spans share.',
  ),
  BT_DSL_ONE_ROOT: warning(
    'a trace has one root span: this count is at most 1',
    'Only a trace with missing parents has more roots. `trace.count(span.is_root) > 1` finds such traces.',
  ),
  BT_DSL_EVERY_SPAN: warning(
    '{text} does not read the span: if it holds, every span of the trace matches',
    'The rule judges spans, and a part after `or` is about the trace. `and` binds tighter than `or`.',
  ),
  BT_DSL_NOT_BEFORE: warning(
    "this also holds in every trace without such spans: '{name}' needs two of them",
    'No other condition selects traces. `trace.preceded(b, a)` requires an earlier a for each b.',
  ),
  BT_DSL_REQUIREMENT: warning(
    "this states the requirement, not its violation: '{name}' holds in every trace that meets it, and in every trace without such spans",
    'A rule matches violations, and no other condition selects traces: `not trace.preceded(…)`.',
  ),
  BT_DSL_HOLDS_OF_NONE: warning(
    'this also holds {where}: {reason}',
    '`x.children.all(c)`, or the equality of two counts, without another condition: it also holds without any such spans.',
  ),
  BT_DSL_ONE_SIDED: warning(
    'this also holds if {second} is long before {first}: the difference is then negative',
    'The rule limits the difference of two times, and no condition orders the spans.',
  ),
  BT_DSL_ORDER_RING: warning(
    'the orders {first} and {second} form a cycle: only a clock skew longer than the spans can satisfy them',
    'Orders of named spans that form a cycle.',
  ),
  BT_DSL_STRICT_ORDER: warning(
    'this is false if one starts exactly when the other ends, and it ignores clock skew between services',
    'The end of one span is compared with the start of another: `a.before(b)` respects equal times, links, callers and the tolerance of clocks.',
  ),
  BT_DSL_NUMERAL_IN_STRING: warning(
    '{text} in quotes is compared as a text, byte by byte: "9" is greater than "10"',
    'A number in quotes in an ordering comparison.',
  ),
  BT_DSL_GLOB: warning(
    "'{operator}' takes {text} literally: it does not support {what}",
    'A glob or a regular expression in a test that supports neither.',
  ),
  BT_DSL_LETTER_CASE: mistake(
    "{text} has {letters} letters, and '{function}' returns none",
    'A text in lower or upper case is compared with one in the other case.',
  ),
  BT_DSL_TYPE_NAME: mistake("'type' never returns {value}", "The names of types are Lua's: `nil`, `boolean`, `number`, `string`, `table`."),
  BT_DSL_NEW_TABLE: mistake(
    'a new table equals nothing: compare with each of its values',
    '`x == {1, 2}` compares with a new table; two tables are equal only if they are the same object.',
  ),
  BT_DSL_LENGTH_OF_MAP: mistake("'#' is the length of a list or text: for {text}, a map, it is always 0", 'A map has no length.'),
  BT_DSL_CONDITION_AS_FIELD: warning(
    "'{name}' reads a condition here, which is true or false on every span: the condition that selects spans is its second argument",
    'A condition alone is in the place of the field.',
  ),
  BT_DSL_SAME_CONDITIONS: warning(
    "both conditions are the same: the {which} of such spans never has another one {where} it, so '{name}' is false in every trace with one",
    '`trace.follows(a, a)` requires another a after the last one.',
  ),
  BT_DSL_TOLERANCE: warning(
    "{shown} is the tolerance of clocks here, not the maximal distance of the spans: within it '{name}' accepts either order",
    'A tolerance of more than ten seconds. The deadline of `trace.follows` and `trace.preceded` is their third argument; `trace.before` has none.',
  ),
  BT_DSL_UNASKED: warning(
    'this does not read the tested span: it holds on all spans, or on none',
    'A condition of a function over spans that reads other spans, or the trace, but not the tested span.',
  ),
  BT_DSL_ID_TEXT: warning(
    "{text} is compared with the id of {what}, which is {digits} hexadecimal digits with OpenTelemetry; test a name by '{field}'",
    'Ids differ between traces. Only `POST /v1/spans` accepts texts as ids.',
  ),
  BT_DSL_SPAN_ATTRIBUTE: warning(
    "'{key}' is {owner}: `span.resource` holds the attributes of the sender",
    'A resource does not have it, so it is nil on every span.',
  ),
  BT_DSL_FOREIGN_PATTERN: warning(
    "{text} does not work with '{test}': {reason}",
    "A pattern of another language: Lua's `%d`, the slashes around a JavaScript pattern.",
  ),
  BT_DSL_LOOP_VARIABLE: warning(
    "the loop never reads '{name}': `span` is not the {what} of the loop, but the span that the rule is judged on",
    'A loop over spans, events or links whose body reads `span` or `attribute` each time.',
  ),
  BT_DSL_FIRST_ONLY: warning(
    'the loop ends at its first {name}: every path through it returns',
    'A `return` that belongs after the loop is in it, or in the `else` of its condition.',
  ),
  BT_DSL_LAST_DECIDES: warning(
    "each iteration of the loop resets '{name}': the last one decides",
    'A variable that stores whether something was found is reset by later elements.',
  ),
  BT_DSL_HIDDEN_LOCAL: warning(
    "'local {name}' declares another variable than the outer one, which keeps its value: this one ends with its block, and is never read",
    'A `local` in an inner block that should set the outer variable.',
  ),
  BT_DSL_NO_FIRST_VALUE: warning(
    "'{name}' is nil at first, and nothing can be added to nil",
    'A variable that is declared without a value, and only added to.',
  ),
  BT_DSL_FIRST_RESULT: warning('only the first value that is returned counts', 'A second condition after a comma is never evaluated.'),
  BT_DSL_ALWAYS_TRUE: warning(
    "'{name}' is {what}: it always counts as true",
    'A function that is not called, or a table, where a condition belongs.',
  ),
  BT_DSL_NEVER_FILLED: warning(
    "'{name}' is an empty table that is never written: every read of it is nil",
    'A set or a count of a script is read and never written.',
  ),
  BT_DSL_NOT_A_LIST: warning(
    "the keys of '{name}' are texts: {found} finds no elements",
    'A list has the keys 1, 2, 3. Iterate over text keys by `pairs`, and count them while the table is filled.',
  ),
  BT_DSL_BACKSPACE: warning(
    '"\\b" in quotes is a backspace: a word boundary is "\\\\b"',
    'An escape of the string in place of one of the regular expression.',
  ),
  BT_DSL_WHEN_BEGINS: error("a rule of this form begins with 'when {'", '`always { … }` and `never { … }` follow `when { … }`.'),
  BT_DSL_WHEN_SCOPE: mistake(
    "'{name}' is the name of a span here, not a field: in this form write the name of the span alone",
    '`when { span.name == "x" }` tests for a span named `span`.',
  ),
  BT_DSL_WHEN_WORD: warning(
    "'{name}' is an attribute here: this tests whether it is true",
    '`currency == EUR or USD`: a word alone is not a value of the comparison before it.',
  ),
  BT_DSL_WHEN_FIELD: warning(
    "'{name}' is an attribute of that name here, not the {name} of the span",
    'Fields of spans, as `span.duration`, can be tested in BeTraceDSL, not in this form.',
  ),
} as const satisfies Readonly<Record<string, DiagnosticKind>>;

export type ProblemCode = keyof typeof PROBLEMS;

function error(message: string, doc: string): DiagnosticKind {
  return { severity: 'error', message, doc };
}

/** A probable mistake: an error, although the rule could run. */
function mistake(message: string, doc: string): DiagnosticKind {
  return { severity: 'error', message, doc, isAboutMeaning: true };
}

function warning(message: string, doc: string): DiagnosticKind {
  return { severity: 'warning', message, doc };
}
