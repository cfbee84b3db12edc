/** One kind of problem: its severity, the sentence (values in braces) and its meaning, for the reference. */
export interface Problem {
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
  BT_DSL_SYNTAX: error(
    'unexpected symbol near {near}',
    'The text does not follow the grammar; `expected` says what could have stood here.',
  ),
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
  BT_DSL_NOT_A_FUNCTION: error("'{name}' is not a function", 'Something that is no function was called.'),
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
    'The subject or the pattern of a string test is known to be no string.',
  ),
  BT_DSL_INDEX: error('attempt to index a {type} value', 'Something that is known to be no table is indexed.'),
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
    "'{name} where …' names a span of a trace function, and stands only as its argument",
    'A named condition anywhere else.',
  ),
  BT_DSL_STATEMENT: error("'{name}' is not available in rules", 'A statement of Lua that scripts of rules refuse.'),
  BT_DSL_NO_RETURN: error(
    'the script returns nothing, so it can never match',
    'A script says by its return value whether the rule is violated.',
  ),
  BT_DSL_SCRIPT: error('the script cannot be compiled: {reason}', 'More local variables, or deeper nesting, than Lua has room for.'),
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
  BT_DSL_CONTRADICTION: warning(
    'this is always {value}: {reason}',
    'Conditions on one value exclude each other, or one of them always holds; it is only a part of the rule.',
  ),
  BT_DSL_OF_ITSELF: warning(
    '{of} is one of the tested spans, and satisfies this itself{where}',
    'An inner condition looks for a second span, but the outer span satisfies it itself: `b.id != a.id` leaves it out.',
  ),
  BT_DSL_NEVER: mistake('the rule can never match: {reason}', 'Whatever the trace, the rule is false or fails.'),
  BT_DSL_MATCHES_ALL: mistake('the rule always matches: {reason}', 'Whatever the trace, the rule is true.'),
  BT_DSL_CONSTANT_CONDITION: mistake(
    '{text} is {what}, not a condition: it always counts as true',
    'A text, a number, a duration or a table where a condition belongs: the name of a span is asked for by `span.name == "x"`.',
  ),
  BT_DSL_CONSTANT_FIELD: mistake(
    "'{name}' reads the constant {text} of every span: a field is `attribute[…]` or `span.…`",
    'A constant or a table where a field of each span belongs.',
  ),
  BT_DSL_SWAPPED: mistake(
    "'{name}' takes the field first and then the condition",
    'The condition stands where the field of each span belongs.',
  ),
  BT_DSL_NOT_PRECEDENCE: mistake(
    "'not' binds tighter than '{operator}': this tests `(not {operand})`",
    '`not a == b` is `(not a) == b`, which is hardly ever meant: write `not (a == b)`.',
  ),
  BT_DSL_SAME_SIDES: mistake(
    'both sides are {text} of the same span',
    'A value compared with itself; within a condition `span` is the span being tested, and an outer one needs a name: `trace.has(a where …)`.',
  ),
  BT_DSL_INDEX_ZERO: mistake('lists count from 1: there is nothing at {index}', 'An index below 1, or one that is no whole number.'),
  BT_DSL_ITERATOR: mistake("'for … in' needs ipairs: {text} is a list", 'A loop over a list without `ipairs` fails on every trace.'),
  BT_DSL_LOOP_OVER: mistake(
    '{text} has names for its parts, and {function} {what}',
    'A loop over `trace` or a span, or by `ipairs` over attributes, which finds nothing or fails.',
  ),
  BT_DSL_LOOP_INDEX: mistake(
    "'{name}' is the index in the list, not the element: {text} gives two values",
    'A loop over `ipairs(list)` with one variable.',
  ),
  BT_DSL_LIST_AS_SET: mistake(
    "'{name}' is a list with the keys 1, 2, 3: it has nothing at a text",
    'A list of texts is indexed by a text, as if it were a set.',
  ),
  BT_DSL_UNIT: warning('{what} is in nanoseconds: {number} is {shown}', 'A bare number that is compared with a duration or a time.'),
  BT_DSL_UNIT_IN_NAME: warning(
    "'{key}' is a number of {unit} by its name: {duration} is the number {number}",
    'An attribute that has its unit in its name is compared with a duration, which is a number of nanoseconds.',
  ),
  BT_DSL_UNIT_BESIDE: warning(
    "'{key}' is a number of {unit} by its name, and {what} one of nanoseconds",
    'An attribute that has its unit in its name stands beside a duration or a time of spans.',
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
    'A duration is a number of nanoseconds, so that a thousandth of it is one of microseconds.',
  ),
  BT_DSL_NEGATIVE_DEADLINE: mistake(
    'a deadline of {shown} has passed before it begins',
    'The deadline of `trace.follows` and `trace.preceded` is how far apart the spans may be, whichever way the function looks.',
  ),
  BT_DSL_ONE_VALUE: warning(
    'this holds wherever one span has {field}: {what} is `> 1`',
    'A count of values, or of the spans that share one, is at least 1 where there is a value at all. `trace.has` asks for that.',
  ),
  BT_DSL_DISTINCT_IDS: warning(
    "this holds wherever there are two of them: each has a '{key}' of its own; that one came twice is `max_count`",
    '`trace.distinct` counts different values. Messages and events have different ids; that several spans share one is `trace.max_count(field) > 1`.',
  ),
  BT_DSL_COVERED: warning(
    '{part} adds nothing: {whole} holds there, too',
    'Of two alternatives about one value the second holds wherever the first does, as `x == "a" or x != "b"`. Mostly another value, or `and`, was meant.',
  ),
  BT_DSL_QUOTES_IN_TEXT: warning(
    '{text} has quotes within its quotes: they are compared, too',
    'The name of a span or of a service in quotes of its own.',
  ),
  BT_DSL_RESOURCE: warning(
    "'{key}' is an attribute of the resource by the semantic conventions, not of the span",
    'Spans do not have it: what describes the service, host or container is in `span.resource`.',
  ),
  BT_DSL_FIELD_NAME: warning(
    "'{key}' is an attribute of that name here: the field of the span is {field}",
    'An attribute that has the name of a field of spans. Fields are not among the attributes.',
  ),
  BT_DSL_BACKWARDS: warning(
    'this compares the times of one span: it holds on {which} whose clock does not run backwards',
    'Start and end of the same span, compared as if they were of two, or the wrong way round.',
  ),
  BT_DSL_NIL_EQUALS_NIL: warning(
    'this also holds where both are missing: nil == nil',
    'Two attributes that may both be missing are compared. Guard one with `x and …`.',
  ),
  BT_DSL_MISSING_DIFFERS: warning(
    "this also holds on every span that has no '{key}'",
    'A condition says nothing but what an attribute is not. Guard it with `x and …`, or say which spans are meant.',
  ),
  BT_DSL_GUARDED_FALSE: warning(
    "this never holds where '{key}' is false: the guard leaves false out, too",
    'A guard `x and …` before `x != true`. `x != nil and …` asks whether there is a value.',
  ),
  BT_DSL_ATTRIBUTE_TYPE: warning(
    "'{key}' is {type} by the semantic conventions, not a text such as {text}",
    'An attribute is compared with a text; a number or a list never equals one.',
  ),
  BT_DSL_MAY_BE_LIST: warning(
    "'{key}' is a list with many senders: '{test}' {outcome}",
    'An attribute that is named like a list is tested as a text. A list is looked through by a script; `type(x) == "string" and …` says that it is a text.',
  ),
  BT_DSL_QUOTED_TRUTH: warning(
    '{text} in quotes is a text: the truth value is {value}',
    'An attribute is compared with the word. Senders have booleans; `tostring(x) == "true"` holds for both.',
  ),
  BT_DSL_NUMBER_CONDITION: warning(
    '{text} is a number, not a condition: it counts as true whatever it is',
    'A number where a condition belongs: compare it.',
  ),
  BT_DSL_TEXT_FIELD: warning(
    "'{name}' computes with numbers and leaves texts out: '{key}' is hardly a number",
    'The sum, mean, minimum or maximum of an id, a name or the like.',
  ),
  BT_DSL_COUNT_OF_DISTINCT: warning(
    "this also holds where a span that is counted has no '{key}'",
    'More spans than values: a value that two spans share is found by `trace.max_count(field, condition) > 1`.',
  ),
  BT_DSL_ONE_ROOT: warning(
    'a trace has one root span: no more than one is counted here',
    'Only a trace with missing parents has more roots. `trace.count(span.is_root) > 1` asks for such traces.',
  ),
  BT_DSL_EVERY_SPAN: warning(
    '{text} does not read the span: where it holds, every span of the trace matches',
    'The rule judges spans, and a part behind `or` is about the trace. `and` binds tighter than `or`.',
  ),
  BT_DSL_NOT_BEFORE: warning(
    "this also holds in every trace that has no such spans: '{name}' asks for two",
    'Nothing else says which traces are meant. That each b has an a before it is `trace.preceded(b, a)`.',
  ),
  BT_DSL_REQUIREMENT: warning(
    "this says what must be, not what is wrong: '{name}' holds in every trace that keeps to it, and in every trace that has no such spans",
    'A rule matches what is wrong, and nothing else says which traces are meant: `not trace.preceded(…)`.',
  ),
  BT_DSL_HOLDS_OF_NONE: warning(
    'this also holds {where}: {reason}',
    '`x.children.all(c)`, or two counts that are equal, and nothing else: where there is nothing to ask, it holds.',
  ),
  BT_DSL_ONE_SIDED: warning(
    'this also holds where {second} is long before {first}: the difference is negative then',
    'Times of two spans that are at most so far apart, and nothing says which comes first.',
  ),
  BT_DSL_ORDER_RING: warning(
    '{first} and {second} lead back to where they began: only spans do so whose clocks differ by more than they last',
    'Orders of named spans that lead back to where they began.',
  ),
  BT_DSL_STRICT_ORDER: warning(
    'this does not hold where the one starts as the other ends, and takes the clocks of all services for one',
    'The end of one span is compared with the start of another: `a.before(b)` knows equal times, links, callers and the tolerance of clocks.',
  ),
  BT_DSL_NUMERAL_IN_STRING: warning(
    '{text} in quotes is compared as a text, byte by byte: "9" is greater than "10"',
    'A number in quotes that is compared by order.',
  ),
  BT_DSL_GLOB: warning(
    "{text} is compared as it is: '{operator}' knows no {what}",
    'A glob or a regular expression in a test that knows neither.',
  ),
  BT_DSL_LETTER_CASE: mistake(
    "{text} has {letters} letters, and '{function}' leaves none of them",
    'A text in lower or upper case is compared with one in the other case.',
  ),
  BT_DSL_TYPE_NAME: mistake("'type' never answers {value}", "The names of types are Lua's: `nil`, `boolean`, `number`, `string`, `table`."),
  BT_DSL_NEW_TABLE: mistake(
    'a new table equals nothing: compare with each of its values',
    '`x == {1, 2}` compares with a table that was made just now; two tables are equal when they are one.',
  ),
  BT_DSL_LENGTH_OF_MAP: mistake("'#' counts lists and texts: of {text}, a map, it is always 0", 'A map has no length.'),
  BT_DSL_CONDITION_AS_FIELD: warning(
    "'{name}' reads the answer of a condition here, true or false on every span: which spans count is its second argument",
    'A condition stands alone where the field of each span belongs.',
  ),
  BT_DSL_SAME_CONDITIONS: warning(
    "both conditions are the same: the {which} of such spans never has another one {where} it, so '{name}' is false wherever there is one",
    '`trace.follows(a, a)` asks of the last a for one more.',
  ),
  BT_DSL_TOLERANCE: warning(
    "{shown} is the tolerance of clocks here, not the maximal distance of the spans: within it '{name}' accepts either order",
    'A tolerance of more than ten seconds. The deadline of `trace.follows` and `trace.preceded` is their third argument; `trace.before` has none.',
  ),
  BT_DSL_UNASKED: warning(
    'this does not read the tested span: it holds on all of them, or on none',
    'A condition of a function over spans that reads other spans, or the trace, but not the tested span.',
  ),
  BT_DSL_ID_TEXT: warning(
    "{text} is compared with the id of {what}, which is {digits} hexadecimal digits with OpenTelemetry; a name is asked for by '{field}'",
    'Ids are other ones in every trace. Only `POST /v1/spans` takes texts as ids.',
  ),
  BT_DSL_SPAN_ATTRIBUTE: warning(
    "'{key}' is {owner}: what describes the sender is in `span.resource`",
    'A resource does not have it, so that it is nil on every span.',
  ),
  BT_DSL_FOREIGN_PATTERN: warning(
    "{text} is not what '{test}' takes: {reason}",
    "A pattern of another language: Lua's `%d`, the slashes around a JavaScript pattern.",
  ),
  BT_DSL_LOOP_VARIABLE: warning(
    "the loop never reads '{name}': `span` is not the {what} of the loop, but the span that the rule is judged on",
    'A loop over spans, events or links whose body asks `span` or `attribute` each time.',
  ),
  BT_DSL_FIRST_ONLY: warning(
    'the loop ends at its first {name}: every way through it returns',
    'A `return` that belongs behind the loop stands in it, or in the `else` of its condition.',
  ),
  BT_DSL_LAST_DECIDES: warning(
    "each iteration of the loop resets '{name}': the last one decides",
    'A variable that tells whether something was found is set back by the elements behind it.',
  ),
  BT_DSL_HIDDEN_LOCAL: warning(
    "'local {name}' declares another variable than the outer one, which keeps its value: this one ends with its block, and is never read",
    'A `local` in an inner block that was meant to set the variable around it.',
  ),
  BT_DSL_NO_FIRST_VALUE: warning(
    "'{name}' is nil at first, and nothing can be added to nil",
    'A variable that is declared without a value, and only ever added to.',
  ),
  BT_DSL_FIRST_RESULT: warning('only the first value that is returned counts', 'A second condition behind a comma is never asked.'),
  BT_DSL_ALWAYS_TRUE: warning(
    "'{name}' is {what}: it counts as true, whatever is in it",
    'A function that is not called, or a table, where a condition belongs.',
  ),
  BT_DSL_NEVER_FILLED: warning(
    "'{name}' is an empty table that nothing is put into: every read of it is nil",
    'A set or a count of a script that is read and never written.',
  ),
  BT_DSL_NOT_A_LIST: warning(
    "'{name}' has texts for its keys: {found} finds nothing there",
    'A list has the keys 1, 2, 3. What a table has by text is looked through by `pairs`, and counted while it is filled.',
  ),
  BT_DSL_BACKSPACE: warning(
    '"\\b" in quotes is a backspace: a word boundary is "\\\\b"',
    'An escape of the string that was meant for the regular expression.',
  ),
  BT_DSL_WHEN_BEGINS: error("a rule of this form begins with 'when {'", '`always { … }` and `never { … }` follow `when { … }`.'),
  BT_DSL_WHEN_SCOPE: mistake(
    "'{name}' is the name of a span here, not a field: in this form the names of spans stand by themselves",
    '`when { span.name == "x" }` asks for a span named `span`.',
  ),
  BT_DSL_WHEN_WORD: warning(
    "'{name}' is an attribute here: this asks whether it is true",
    '`currency == EUR or USD`: a word alone is no value of the comparison before it.',
  ),
  BT_DSL_WHEN_FIELD: warning(
    "'{name}' is an attribute of that name here, not the {name} of the span",
    'The fields of spans can be asked for in BeTraceDSL, as `span.duration`, not in this form.',
  ),
} as const satisfies Readonly<Record<string, Problem>>;

export type ProblemCode = keyof typeof PROBLEMS;

function error(message: string, doc: string): Problem {
  return { severity: 'error', message, doc };
}

/** A probable mistake: an error of a rule that could run. */
function mistake(message: string, doc: string): Problem {
  return { severity: 'error', message, doc, isAboutMeaning: true };
}

function warning(message: string, doc: string): Problem {
  return { severity: 'warning', message, doc };
}
