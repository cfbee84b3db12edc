import { EXPLANATION_KINDS, EXPLANATION_OUTCOMES } from '../../libs/dsl/src/contract/explanation-terms.js';
import { explanationOf } from './dsl-examples.js';

/** Rules for the most common questions about traces, none of which contains a `|`. */
const EXPLAINED = [
  'span.kind == "client" and span.duration > 1s',
  'trace.max_count(attribute.order.id, span.kind == "client") > 1',
  'trace.max(span.duration, span.kind == "client") > 1s',
  'trace.has(c where c.name == "charge" and not trace.has(span.name == "retry" and attribute.amount == c.attributes.amount))',
  'not trace.follows(c where c.name == "charge", span.name == "fraud.check", 100ms)',
  'span.name == "charge" and span.duration > 5s',
];

export const EXPLANATIONS = `## Explanations

A violation explains why the rule matches. \`POST /v1/rules/test\` explains its result in the same way, also for a rule that does not match. \`explanation.summary\` is one sentence, \`conditions\` is a list,
and \`tree\` follows the text of the rule. On the trace at the end of this page:

| rule | its explanation |
|---|---|
${EXPLAINED.map((rule) => `| ${`\`${rule}\``} | ${explanationOf(rule)} |`).join('\n')}

A span is shown by its name and id. Values of named spans are filled in where a condition reads them. \`max_count\` and \`distinct\` show the value and the spans that share it. \`max\` and
\`min\` show the span that has it. Sums show the largest part first. For a missing span, the explanation shows the closest span and what it lacks. It is chosen among the spans that satisfy the conditions on one span
alone, in traces of at most 2,000 spans. A violation on a whole trace names the first span of its explanation.

For a rule that does not match, \`POST /v1/rules/test\` and \`betrace test\` show the closest span: it has the name that the rule requires, and satisfies most of the conditions.

Each node of the tree has

- \`range\`: its place in the text of that version of the rule (\`start\`, \`end\`: UTF-16 offsets; \`line\`, \`column\`, \`end_line\`, \`end_column\` from 1);
- \`kind\`, \`outcome\` and \`sentence\` (not for \`and\`, \`or\` and \`not\`: their children have sentences);
- where they apply: \`value\`, \`values\` by the text that reads them, \`count\` and \`of\`, \`span\` (on which a condition was evaluated), \`error\`;
- \`witnesses\`: ids of up to 50 spans; \`more_witnesses\` counts the others;
- \`children\`: its parts.

| outcome | |
|---|---|
${Object.entries(EXPLANATION_OUTCOMES)
  .map(([name, text]) => `| \`${name}\` | ${text} |`)
  .join('\n')}

| kind | |
|---|---|
${Object.entries(EXPLANATION_KINDS)
  .map(([name, text]) => `| \`${name}\` | ${text} |`)
  .join('\n')}

\`trace.has\`, \`count\` and \`all\` of conditions on one span are judged by bits and counters, without the spans. In a violation their nodes have the number of witnesses and the first 50, but not the values that the witnesses had. If
spans satisfy a \`has\`, or violate an \`all\`, the total number of spans is not shown: other spans are not part of the reason. A retracted violation names the first witness of the
retraction (\`not trace.has(audit)\`), and how many there are. All other functions show values and witnesses. \`POST /v1/rules/test\` and \`betrace test\` return the text that the violation would have.

\`GET /v1/violations/{id}/explanation\` evaluates the rule again, in the version that was violated, on the spans in the log. There every node has its values and its
witnesses. That answer is not signed.

A script is explained by the \`return\` that ended it. Its children are the conditions that led there, with the values that they read. Its witnesses are the spans of the enclosing loops, and the spans from which the variables got their values.

An undecided rule shows what is known of its parts. A rule that reports a value of another type
(\`on_error\`) has the outcome \`failed\`. Its tree goes down to the comparison that failed, with the span and the value. If several may have failed, the tree is only the whole rule.

An explanation is bounded: at most about 100 kB of a record. Beyond 24,000 characters of the tree, nodes name three witnesses and have no children. Beyond 40,000 they have neither
sentence nor values. Beyond 64,000 they are left out and counted (\`omitted\`). The list ends after 32,000 characters. Texts are cut at 200 characters with \`…\`, sentences at 500, the summary at 2,000.
`;
