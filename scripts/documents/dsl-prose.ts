import { VOCABULARY } from '../../libs/dsl/src/vocabulary/vocabulary.js';
import { EXAMPLE_SPANS } from './dsl-examples.js';
import { ADDED_SYNTAX } from './dsl-grammar.js';

// The parts of docs/dsl.md that no catalogue holds. A test checks every block marked lua.

export const FIRST_RULE = `## A rule to begin with

A charge of more than 1,000 needs a fraud check of the same order that ended before:

\`\`\`lua
not trace.preceded(
  charge where charge.name == "charge" and (charge.attributes["amount"] or 0) > 1000,
  span.name == "fraud.check" and attribute.order.id and attribute.order.id == charge.attributes["order.id"]
)
\`\`\`

\`charge where …\` [names the span](#named-spans) that the rule is about. The second condition can then ask for the span that belongs to it. A trace is often about
several orders, customers or messages: a rule that only asks for a charge and a check is satisfied by the check of another order. So a rule about order, absence or
equal values has three parts: the span it is about, the other span it needs, and the key that joins the two. The key has a guard
(\`attribute.order.id and\`), because two missing keys are equal.

A rule about a single span needs none of this: \`span.service == "payment" and span.duration > 500ms\`.
`;

export const GRAMMAR = `## Grammar

${ADDED_SYNTAX}
Comments are Lua's: \`-- to the end of the line\`, \`--[[ … ]]\`. A text that begins with \`when {\` is a rule in the other form, see [rule files](rule-files.md).
A rule of several statements (\`local\`, \`function\`, \`if\`, \`for\`, …, ended by \`return\`) is a script, a block of Lua 5.3 without \`goto\`:

\`\`\`lua
local slow = 0
for _, s in ipairs(trace.spans) do
  if s.duration > 1s then slow = slow + 1 end
end
return slow > 3
\`\`\`
`;

export const OPERATORS = `## Operators

From the weakest to the strongest. Operators of one line have the same precedence. \`..\` and \`^\` associate to the right, all others to the left.

| operators | take | result |
|---|---|---|
${VOCABULARY.operators
  .map(
    ({ operators, takes, returns }) =>
      `| ${operators.map((text) => `\`${text.replaceAll('|', '\\|')}\``).join(' ')} | ${takes} | ${returns} |`,
  )
  .join('\n')}

\`~=\` is \`!=\`. \`not a == b\` would be \`(not a) == b\` and is refused: write \`not (a == b)\` or \`a != b\`.
`;

export const VALUES = `## Values

- **nil**: a missing value. Only nil and \`false\` are false; 0 and \`""\` are true.
- **boolean**, **string** (\`#\` counts bytes of UTF-8), **list** (from 1) and **map** (by text), as in attributes.
- **number**: one type. Integers are exact over 64 bits and wrap as in Lua 5.3; everything else is a double.
- **duration**: a number of nanoseconds, written \`5ns\`, \`10us\`, \`500ms\`, \`1.5s\`, \`1m30s\`, \`1h\`, \`30d\`, without quotes. Durations and **times** (nanoseconds since 1970) are numbers
  in comparisons and arithmetic: \`span.end_time - trace.root.start_time > 2s\`.

\`nil == nil\` is true, also for two attributes that are both missing. Using nil in an ordering comparison, in arithmetic or in a string test is an error. A guard or a default avoids it:

\`\`\`lua
span.attributes["amount"] and span.attributes["amount"] > 1000
\`\`\`
\`\`\`lua
(attribute.amount or 0) > 1000
\`\`\`

To search events, links, or attributes that are lists (roles, headers), write a script:

\`\`\`lua
for _, role in ipairs(attribute.user.roles or {}) do
  if role == "admin" then return true end
end
return false
\`\`\`
\`\`\`lua
for _, event in ipairs(span.events) do
  if event.name == "exception" then return span.status ~= "error" end
end
return false
\`\`\`
`;

export const NAMED_SPANS = `### Named spans

A condition can name its span: \`name where condition\`. Conditions inside it, the second condition of a pair and the field of an aggregate can refer to it. \`span\` is always the innermost
one. A name that already has a meaning is refused.

A charge for which no refund has the same order id:

\`\`\`lua
trace.has(charge where charge.name == "charge" and not trace.has(
  span.name == "refund" and span.attributes["order.id"] and
  span.attributes["order.id"] == charge.attributes["order.id"]
))
\`\`\`

An access to a record without an audit of the same record after it:

\`\`\`lua
not trace.follows(access where access.name == "record.read",
  span.name == "audit" and span.attributes["record.id"] and
  span.attributes["record.id"] == access.attributes["record.id"])
\`\`\`

Equal values are found by hash. Windows (\`span.start_time - x.start_time < 1m\`), other comparisons with an outer span, \`span.before(x)\`, descendants and ancestors are found by sorted
look-ups. So the cost of most rules over pairs is proportional to the number of spans, even if all spans have one value. Some rules still compare pair by pair, and give up at some hundreds of
spans of one value:

- a comparison that computes one value from both spans (\`a.name .. b.name == "x"\`);
- a count with \`or\` between conditions on both spans (\`has\` looks each of them up);
- an aggregate other than \`count\` over a window (sums and averages of integers are looked up);
- order, if ancestors have links.

A rule that gives up is undecided ([decision 0023](decisions/0023-pairs-by-sorted-look-ups.md)). \`trace.has\` stops at its first witness, \`trace.count(c) > 3\` at the fourth.

Aggregates leave out spans on which the field is nil. A field that is not a number is an error on that span, and the span is left out. For \`distinct\` and \`max_count\`, only a table is such an error.
`;

export const ORDER = `A span is **before** another if it ended before the other started. Parents and links take precedence over clocks: no span is before its ancestors, and a linked span is
before the span that links to it. Clocks of different services may differ by the tolerance (setting \`traces.tolerance\`, 1 ms): within it, the required order holds
([decision 0009](decisions/0009-order-between-spans.md)). The two spans of a pair are always different.

Search, validate and execute, in this order:

\`\`\`lua
trace.has(run where run.name == "execute" and not trace.before(
  search where search.name == "search",
  span.name == "validate" and span.before(run)
))
\`\`\`
`;

export const ERRORS = `## Errors when a rule runs

An evaluation that fails is not a match. It is counted (\`betrace_rule_evaluation_errors_total\`), and the rule shows the last error (\`GET /v1/rules/{id}\`). Other rules are not affected.

- \`attempt to compare nil with number\`, \`attempt to compare number with string\`: \`<\`, \`<=\`, \`>\` or \`>=\` on different types.
- \`attempt to perform arithmetic on a nil value\`, \`attempt to concatenate a nil value\`, \`attempt to get length of a nil value\`.
- \`attempt to index a nil value\`: a string test on nil, or a field of a missing span, such as \`trace.root.name\` without a root.

Inside a function over spans an error concerns one span: that span does not satisfy the condition, and the others are judged. So \`not trace.has(c)\` is true if \`c\` fails on every span. The
checker warns about attributes without a guard.

Scripts, and expressions that compare all pairs of a trace's spans, stop when they exceed their time limit (\`rules.evaluation_timeout\`, counted in steps:
[decision 0013](decisions/0013-time-in-steps.md)). Regular expressions on one span stop when the text is too long for
the pattern: its steps are a sixteenth of the pattern's instructions times the characters of the text. Scripts also fail when they exceed their memory or depth, or pass more than 250 values at once.

An evaluation that was stopped is never "no match", not even for a rule about absence. The rule is **undecided**, unless its other parts or other spans decide it (\`trace.has(c)\` with
another witness, \`c and d\` where \`d\` is false). An undecided rule leaves a signed record with its reason (\`GET /v1/violations?status=undecided\`,
\`betrace_undecided_total\`; [decision 0020](decisions/0020-undecided.md)). A late span may decide it. After eight late spans, and on traces of 1,000 spans or more, the rule is evaluated again only when the number of
spans has doubled. It is evaluated once more before the trace is forgotten.

A missing value is not a match, and is not reported. When a value has another type than the rule compares (an amount
sent as text), the rule's status names it, with an example: \`status.type_failures\`.

The setting \`on_error\` of a rule (in the REST API and in rule files) chooses the result of such a value: \`no_match\`, the default; \`undecided\`, a record with the status
\`undecided\` whose reason names the field and its value; or \`violation\`, a violation that names them. A match takes precedence: the error is reported only where the rule does not match,
once per trace. It is reported only if the rule could match with a value of the expected type: not for \`trace.has(a) and trace.has(b)\` where \`b\` failed and there is
no \`a\`. With \`on_error\` the order of the operands of \`and\` and \`or\` does not matter, nor does the order in which spans arrive. If one operand fails, the other is evaluated too. If that decides the
result, nothing is reported. For a span called "charge", neither \`span.name == "refund" and attribute.amount > 1000\` nor \`attribute.amount > 1000 and span.name == "refund"\` reports an amount that is a text. For a span called
"refund" both report it; with \`or\` instead of \`and\` both match. Without \`on_error\` the first operand that fails ends the evaluation, as in Lua. A script stops at its first error, and reports it.
[Decision 0020](decisions/0020-undecided.md) has the details.
`;

export const JUDGEMENT = `## What a rule is about, and when it is judged

A rule that uses \`span\` outside of every function of \`trace\` is a **span rule**, judged for each span; one that uses only \`trace\` is a **trace rule**, judged once per trace.

| needs | rules | kept of an open trace | is judged |
|---|---|---|---|
| \`span\` | span alone | nothing | when the span arrives |
| \`online\` | \`trace.has\`, \`count\`, \`all\` of conditions on one span; totals | bits and counters | as soon as no later span can change the result, at the latest when the trace closes |
| \`columns\` | order, structure, aggregates, named spans, \`trace.root\` | the fields it reads of each span | when the trace closes |
| \`spans\` | scripts, events, links, whole maps | the spans | when the trace closes |

\`betrace check --explain\` and \`POST /v1/rules/validate\` show which. Absence is judged only when the trace closes: its root arrived and no span came for 2 s, no span came for 10 s, it is
60 s old, or it is full. A violation says why the trace was closed and whether it was complete (root and every parent seen, no span left out). After a late span the trace is judged again.
When a trace has more than \`traces.max_spans\` spans, rules that need \`columns\` or \`spans\` see only the first of them. They are undecided, unless they match and no further span can change that.
A verdict has \`fragment: true\` when the trace closed without its root, or continues for longer than \`max_age\` and \`late_window\`: in the record, in the list of violations, in the export
(\`betrace.violation.fragment\`) and as a label of \`betrace_violations_total\`. A span that seems to be missing there may be in another part of the trace.

The order in which spans arrive does not matter. Rules see the spans of a trace by start, then by id. \`trace.root\` is the first of several roots. A violation names
its first witness; without a witness, it names the root, else the first span.

A span is identified by its trace id, its span id, and whether it is a server span: a client and a server span may share an id, as in Zipkin and B3. Then the client span is the
parent of the server span. If another span refers to the shared id, the span of its own service is meant; if that is ambiguous, the server span.

A span that arrives again unchanged is a duplicate and
has no effect, also after its trace was forgotten (for \`traces.retry_window\`). A span that arrives again with other content (as far as rules see it: times, parent, kind, the conditions that hold on it, the values that rules read) is another form of the
span. Each form is judged as a separate span, in whichever order they arrive, and is counted by \`betrace_spans_conflicting_total\`.
A span that was exported before it ended (it has a start and no end time) waits for its final form, which replaces it, in whichever order they arrive. If it has not
ended when its trace is forgotten (at least 30 s after the trace closed), it is judged as it is. Until then rules do not see it, not even as a parent or root.

\`rules.evaluation_timeout\` bounds the steps of a rule on one trace; the bound grows with the number of spans. Most rules take steps in proportion to the spans and are decided on traces of up to 32,768 spans. A rule that
compares spans pair by pair may take more: then it gives up on that trace, which is undecided. \`betrace check --explain\` shows from how many spans it may give up, and so does \`gives_up_from\` of \`POST /v1/rules/validate\`:
\`{"spans": 450, "per": "trace"}\`. On a trace of fewer spans the rule never gives up. \`per\` is \`value\` where the rule compares only spans that have an equal value: then about that many spans must share one value, or
several values must have many spans each. \`gives_up_from\` is \`null\` for rules that are decided on any trace of up to 32,768 spans. Scripts have none, as it depends on their loops.

These conditions compare pair by pair:

- conditions that compute a value from both spans (\`b.name .. a.name == "x"\`);
- two comparisons joined by \`or\`, except in \`has\`;
- \`trace.all\` and \`count\` with an inner function over spans;
- aggregates over a window of time, descendants or ancestors, except sums and averages of integers;
- a function over spans within another one.

The last kind is mostly evaluated for many spans at once. On most traces, but not on all, such a rule gives up much later than \`gives_up_from\`. Equal values, comparisons of a value or a time, \`before\`, \`trace.follows\` and the like, children and
descendants are looked up. Order together with another comparison costs more, and gives up at some thousands of spans.

Order costs more on traces whose spans link to each other, in proportion to spans and links. Such a rule is decided on some 15,000 to 32,768 spans: \`gives_up_from_with_links\`. It gives up earlier if it is about three spans,
or if it evaluates order for each pair, within an aggregate or an \`or\`. The numbers assume one link for each span. Where regular expressions read both spans, they assume texts of some
dozen characters. Where a comparison of sums joins the spans, they assume integers below 2^53.

Expressions share common conditions, and cost little on a trace where none of them holds. Scripts run one by one on every trace. If possible, they are compiled
to JavaScript, like expressions. The Lua machine of the sandbox runs the others, a hundred times as slowly: scripts that use variable arguments, methods of their own, \`pcall\`, \`string.format\` and most of the library for strings, or functions over pairs of
spans. It also runs a compiled script again that ended in an error. \`betrace check --explain\` shows which way a script is run.

A script whose first statements are guards, such as
\`if not trace.has(span.name == "refund") then return end\`, runs only on traces (and, if the guard reads \`span\`, on spans) where the guards can hold. The guards are
evaluated when spans arrive, like the conditions of other rules, and do not count against the script's time. A guard is a condition that would be a rule by itself, and returns nothing, \`nil\` or \`false\`. A script needs no guard if it consists of constants, \`for _, s in ipairs(trace.spans) do if c then … end end\` and a result that is false
when nothing was found. Then c is its guard, if c reads only s and can't fail.

## The trace of the examples

| span | parent | from | to | service | kind | status | attributes |
|---|---|---|---|---|---|---|---|
${EXAMPLE_SPANS.map(
  ({ name, parent, from, to, service, kind, status, attributes }) =>
    `| ${name} | ${parent ?? ''} | ${from} ms | ${to} ms | ${service} | ${kind} | ${status ?? ''} | ${Object.entries(attributes ?? {})
      .map(([key, value]) => `\`${key}\` = ${JSON.stringify(value)}`)
      .join(', ')} |`,
).join('\n')}
`;

export const UNTOLD = `
### What only the writer knows

The checker cannot find these mistakes: the rule is valid and means something else. A case of [\`betrace test\`](rule-files.md), or \`POST /v1/rules/test\`, shows each of them. The
explanation of a match names the spans that were found. The explanation of a non-match names the closest span and what it lacks.

| mistake | the trace to test it with | what the explanation shows |
|---|---|---|
| no key: \`trace.has(read) and not trace.has(audit)\`, \`trace.preceded(refund, charge)\` | two customers or orders, one of which violates the rule | the span of the other customer as the witness |
| swapped operands: \`before\` for \`preceded\`, \`never_after(b, a)\`, \`children\` of an inner span | both orders | the two spans in the order in which they were found, or that none is below |
| another spelling: \`contains "Checkout"\` of "/checkout", \`attribute.tenant_id\` for \`tenant.id\`, \`== 1\` of a boolean | one real trace of the sender | the closest span with the value that it has, or that the attribute is missing |
| the wrong scope: \`trace.count(c) > 10\` of a trace with several requests, where each was meant | two requests that each comply | spans of both requests as witnesses |
| too much or too little is counted: any event for an exception, \`distinct(id) > 1\` for an id that occurs twice | one span of each sort | the spans that were counted, with their values |
| a script that fails: \`seen[id] = true\` where the attribute is missing | a span without the attribute | the error of Lua with its line; no verdict |
`;
