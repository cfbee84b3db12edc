import { VOCABULARY } from '../libs/dsl/src/vocabulary/vocabulary.js';
import { EXAMPLE_SPANS } from './dsl-examples.js';
import { ADDED_SYNTAX } from './dsl-grammar.js';

// The parts of docs/dsl.md that no catalogue holds. Every block marked lua is checked by a test.

export const FIRST_RULE = `## A rule to begin with

A charge of more than 1,000 needs a fraud check of the same order that ended before:

\`\`\`lua
not trace.preceded(
  charge where charge.name == "charge" and (charge.attributes["amount"] or 0) > 1000,
  span.name == "fraud.check" and attribute.order.id and attribute.order.id == charge.attributes["order.id"]
)
\`\`\`

\`charge where …\` [names the span](#named-spans) that the rule is about; the second condition can then ask for the span that belongs to it. A trace often is about
several orders, customers or messages: a rule that only asks whether there is a charge and a check is satisfied by the check of another order. So a rule about order, absence or
equal values has three parts: which span it is about, which other span it needs, and the key by which the two belong together. The key has a guard
(\`attribute.order.id and\`), because two keys that are missing are equal.

A rule about a single span needs none of this: \`span.service == "payment" and span.duration > 500ms\`.
`;

export const GRAMMAR = `## Grammar

${ADDED_SYNTAX}
Comments are Lua's: \`-- to the end of the line\`, \`--[[ … ]]\`. A text that begins with \`when {\` is the other form of rules, see [rule files](rule-files.md).
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

From the weakest to the strongest; operators of a line associate to the left, \`..\` and \`^\` to the right.

| operators | take | answer |
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

- **nil**: what is not there. Only nil and \`false\` are false; 0 and \`""\` are true.
- **boolean**, **string** (\`#\` counts bytes of UTF-8), **list** (from 1) and **map** (by text), as attributes have them.
- **number**: one type. Integers are exact over 64 bits and wrap as in Lua 5.3; everything else is a double.
- **duration**: a number of nanoseconds, written \`5ns\`, \`10us\`, \`500ms\`, \`1.5s\`, \`1m30s\`, \`1h\`, \`30d\`, without quotes. Durations and **times** (nanoseconds since 1970) are compared
  and computed with as numbers: \`span.end_time - trace.root.start_time > 2s\`.

\`nil == nil\` is true, also of two attributes that are both missing. Comparing nil by order, computing with it and testing it as a string is an error:

\`\`\`lua
span.attributes["amount"] and span.attributes["amount"] > 1000
\`\`\`
\`\`\`lua
(attribute.amount or 0) > 1000
\`\`\`

Attributes that are lists (roles, headers), events and links are looked through by a script:

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

A condition can name its span: \`name where condition\`. Conditions inside it, the second condition of a pair and the field of an aggregate can refer to it. \`span\` stays the innermost
one. A name that means something already is refused.

A charge for which no refund has the same order id:

\`\`\`lua
trace.has(charge where charge.name == "charge" and not trace.has(
  span.name == "refund" and span.attributes["order.id"] and
  span.attributes["order.id"] == charge.attributes["order.id"]
))
\`\`\`

Each access to a record has its own audit after it:

\`\`\`lua
not trace.follows(access where access.name == "record.read",
  span.name == "audit" and span.attributes["record.id"] and
  span.attributes["record.id"] == access.attributes["record.id"])
\`\`\`

Equal values are found by hash; windows (\`span.start_time - x.start_time < 1m\`), other comparisons with an outer span, \`span.before(x)\` and what lies below or above a span by sorted
look-ups. So most rules over pairs cost about as much as the trace has spans, also where all spans have one value. What still costs as much as there are pairs, and gives up at some hundreds of
spans of one value: a comparison that computes one value from both spans (\`a.name .. b.name == "x"\`), counts by \`or\` between conditions on both spans (\`has\` looks each of them up), aggregates other than \`count\` over a window (sums and averages of integers are looked up), and order
where spans above have links. A rule that gives up is undecided ([decision 0023](decisions/0023-pairs-by-sorted-look-ups.md)). \`trace.has\` ends with its first witness, \`trace.count(c) > 3\` with the fourth.

\`trace.sum\` and its like leave out spans on which the field is nil; a field that is no number (\`distinct\` and \`max_count\`: a table) is an error on that span, which is left out too.
`;

export const ORDER = `A span is **before** another if it had ended when that started. What parents and links say goes before clocks: no span is before one that it descends from; one that is linked to is
before the one that links. Between services clocks may differ by the tolerance (setting \`traces.tolerance\`, 1 ms), in favour of what the function asks; see
[decision 0009](decisions/0009-order-between-spans.md). A pair is of two different spans.

Search, validate and execute, in this order:

\`\`\`lua
trace.has(run where run.name == "execute" and not trace.before(
  search where search.name == "search",
  span.name == "validate" and span.before(run)
))
\`\`\`
`;

export const ERRORS = `## Errors when a rule runs

An evaluation that fails is not a match. It is counted (\`betrace_rule_evaluation_errors_total\`) and its last text is shown with the rule (\`GET /v1/rules/{id}\`); no other rule is touched.

- \`attempt to compare nil with number\`, \`attempt to compare number with string\`: \`<\` and its like on different types.
- \`attempt to perform arithmetic on a nil value\`, \`attempt to concatenate a nil value\`, \`attempt to get length of a nil value\`.
- \`attempt to index a nil value\`: a string test on nil, or a field of a span that is not there, as \`trace.root.name\` without a root.

Inside a function over spans an error concerns one span: that span does not satisfy the condition, and the others are judged. So \`not trace.has(c)\` is true where \`c\` fails on every span; the
checker warns of attributes that are not guarded.

Scripts, and expressions that ask all pairs of a trace's spans, fail when they exceed their time (\`rules.evaluation_timeout\`, counted in steps:
[decision 0013](decisions/0013-time-in-steps.md)). So do the regular expressions that a condition asks of one span, where texts are too long for their
programs: a sixteenth of a program's instructions times the characters are its steps. Scripts also fail when they exceed their memory, their depth, or pass more than 250 values at once.

What was cut off so is not "no match", and a rule of absence does not take it for one: the rule is **undecided**, unless its other parts or other spans decide it (\`trace.has(c)\` with
another witness, \`c and d\` where \`d\` is false). That is a signed record of its own with its reason (\`GET /v1/violations?status=undecided\`,
\`betrace_undecided_total\`; [decision 0020](decisions/0020-undecided.md)). A late span may decide it.

A value that is missing is no match, and nothing else is said of it. Of a value that is there and of another type than the rule compares (an amount that was
sent as text) the rule's status also says which it was, with an example: \`status.type_failures\`.

A rule can say more to such a value (\`on_error\`, in the REST API and in rule files): \`no_match\` is the default; \`undecided\` makes the trace a record with the status
\`undecided\`, whose reason names what was read and its value; \`violation\` makes it a violation that says so. What the rule finds comes first: only where it does not match
the error is told, once per trace, and only if the rule could match were the values of the type that it expects: not of \`trace.has(a) and trace.has(b)\` where \`b\` failed and there is
no \`a\`. In such a rule it does not matter which operand of \`and\` and \`or\` is written first, nor in which order spans come: where one operand fails, the other is asked too, and if that settles the
answer nothing is told. Of a span called "charge" neither \`span.name == "refund" and attribute.amount > 1000\` nor \`attribute.amount > 1000 and span.name == "refund"\` tells an amount that is a text; of one called
"refund" both do, and with \`or\` both match. Without \`on_error\` the operand that is written first and fails ends the evaluation, as in Lua. A script ends with the first error that it meets, and that is told.
[Decision 0020](decisions/0020-undecided.md) has the details.
`;

export const JUDGEMENT = `## What a rule is about, and when it is judged

A rule that uses \`span\` outside of every function of \`trace\` is a **span rule**, judged for each span; one that uses only \`trace\` is a **trace rule**, judged once per trace.

| needs | which rules | kept of an open trace | fires |
|---|---|---|---|
| \`span\` | span alone | nothing | when the span arrives |
| \`online\` | \`trace.has\`, \`count\`, \`all\` of conditions on one span; totals | bits and counters | as soon as no later span can change it, at the latest when the trace closes |
| \`columns\` | order, structure, aggregates, named spans, \`trace.root\` | the fields it reads of each span | when the trace closes |
| \`spans\` | scripts, events, links, whole maps | the spans | when the trace closes |

\`betrace check --explain\` and \`POST /v1/rules/validate\` say which. That something is missing is only judged when the trace closes: its root has come and nothing for 2 s, nothing for 10 s, it is
60 s old, or it is full. A violation says why the trace was closed and whether it was complete (root and every parent seen, no span left out). A late span judges it again.
Of a trace with more than \`traces.max_spans\` spans, rules that need \`columns\` or \`spans\` see the first that came: they are undecided, unless they match and no further span can change that.
What is judged on a trace that closed without its root, or on a part of one that goes on for longer than \`max_age\` and \`late_window\`, has \`fragment: true\`: in the record, in the list of violations, in the export
(\`betrace.violation.fragment\`) and as a label of \`betrace_violations_total\`. What seems missing there may lie elsewhere.

The order in which spans arrive decides nothing. Rules see the spans of a trace by start, of one start by id; of several roots \`trace.root\` is the first, a violation names
the first of the spans that witness it, and a trace without a witness is named by its root, else by its first span.

A span is known by its trace and span id, and by whether it is a server span: a client and a server span may share an id, as Zipkin and B3 have it. Then the client span is the
parent of the server span; a span that names or links to their id means the one of its own service, in doubt the server span. A span that comes again as it was is a duplicate and
changes nothing, also when its trace was forgotten meanwhile (for \`traces.retry_window\`). One that comes again with other content (as far as rules see it: times, parent, kind, the conditions that hold on it, the values that rules read) is another form of the
span: each form is judged as a span of its own, whichever came first, and is counted by \`betrace_spans_conflicting_total\`.
A span that was exported before it ended (it has a start and no end time) waits for its final form, which is judged in its place, whichever came first. One that has not
ended when its trace is forgotten (30 s after the trace closed, at least) is judged then as it is; until then it is not seen by rules, and no parent or root either.

What a rule may do on one trace is bounded by \`rules.evaluation_timeout\`, and grows with the trace's spans. Most rules take steps in proportion to them and are decided on traces of up to 32,768 spans. A rule that
looks at pairs of spans one by one may take more; then it gives up on that trace, which is undecided. \`betrace check --explain\` says from how many spans on, \`POST /v1/rules/validate\` as \`gives_up_from\`:
\`{"spans": 450, "per": "trace"}\`. On a trace of fewer spans it never gives up. \`per\` is \`value\` where the rule asks only about pairs that have an equal value: then about so many spans must share one, or
several values have many spans each. It is \`null\` for rules that are decided on any trace of up to 32,768 spans, and absent of scripts, whose loops decide it. What looks at pairs: conditions that compute
something from both spans (\`b.name .. a.name == "x"\`) or, but for \`has\`, join two comparisons by \`or\`, \`trace.all\` and \`count\` with further questions, aggregates over a window of time or over descendants or ancestors (but for sums and averages of integers), and a
question within a question. The last is mostly asked of many spans at once, so that the rule gives up much later than it says on most traces, but not on all. Equal values, comparisons of a value or a time, \`before\`, \`trace.follows\` and the like, children and
descendants are looked up; order beside another comparison costs more, and gives up at some thousands. On traces in which spans link to other spans of the trace, order costs more, in proportion to spans and links: such a question is decided on some 15,000 to 32,768 spans, and on fewer where it is about three spans
or within an aggregate or an \`or\`, which are asked of each pair: \`gives_up_from_with_links\`. The numbers suppose one link for each span, texts of some
dozen characters where regular expressions look at both spans, and sums whose values are integers below 2^53 where a comparison of sums joins the spans.

Expressions share what they ask, and cost little on a trace that has none of it; scripts are run one by one on every trace. They are compiled
to JavaScript, as expressions are; one that has what is not compiled (variable arguments, methods of its own, \`pcall\`, \`string.format\` and most of the library for strings, functions over pairs of
spans), and a compiled one that comes to an error, is run by the Lua machine of the sandbox, a hundred times as slowly: \`betrace check --explain\` says so. A script whose first statements are guards, as
\`if not trace.has(span.name == "refund") then return end\`, is run only on traces (and, if the guard asks about \`span\`, on spans) where these can hold: when spans arrive they are asked what
the guards ask, like what other rules ask, at no expense of the script's time. A guard is a condition that would be a rule by itself, and returns nothing, \`nil\` or \`false\`. A script of constants, \`for _, s in ipairs(trace.spans) do if c then … end end\` and a result that is false
when nothing was found needs no guard: c is taken for one, if it asks s alone and can't fail.

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

A rule with these mistakes is as right as any other, so nobody is told. A case of [\`betrace test\`](rule-files.md), or \`POST /v1/rules/test\`, shows each: the
explanation of a match names the spans that were found, that of a non-match the span that came closest and what was wrong with it.

| mistake | the trace to test it with | what the explanation shows |
|---|---|---|
| no key: \`trace.has(read) and not trace.has(audit)\`, \`trace.preceded(refund, charge)\` | two customers or orders, one of them as it must not be | the span of the other customer as the witness |
| the wrong way round: \`before\` for \`preceded\`, \`never_after(b, a)\`, \`children\` of what is above | both orders | the two spans in the order in which they were found, or that none is below |
| another spelling: \`contains "Checkout"\` of "/checkout", \`attribute.tenant_id\` for \`tenant.id\`, \`== 1\` of a boolean | one real trace of the sender | the closest span with the value that it has, or that the attribute is missing |
| the wrong scope: \`trace.count(c) > 10\` of a trace with several requests, where each was meant | two requests that are right each for itself | spans of both requests as witnesses |
| too much or too little counts: any event for an exception, \`distinct(id) > 1\` for an id that comes twice | one span of each sort | the spans that were counted, with their values |
| a script that fails: \`seen[id] = true\` where the attribute is missing | a span without the attribute | the error of Lua with its line; no verdict |
`;
