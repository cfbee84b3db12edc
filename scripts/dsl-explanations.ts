import { EXPLANATION_KINDS, EXPLANATION_OUTCOMES } from '../libs/dsl/src/contract/explanation-terms.js';
import { explanationOf } from './dsl-examples.js';

/** Rules about what people ask of traces most, none of which has a `|`. */
const EXPLAINED = [
  'span.kind == "client" and span.duration > 1s',
  'trace.max_count(attribute.order.id, span.kind == "client") > 1',
  'trace.max(span.duration, span.kind == "client") > 1s',
  'trace.has(c where c.name == "charge" and not trace.has(span.name == "retry" and attribute.amount == c.attributes.amount))',
  'not trace.follows(c where c.name == "charge", span.name == "fraud.check", 100ms)',
  'span.name == "charge" and span.duration > 5s',
];

export const EXPLANATIONS = `## Explanations

A violation says why, and so does \`POST /v1/rules/test\`, also of a rule that does not match: \`explanation.summary\` in one sentence, \`conditions\` as a list,
\`tree\` as the rule is written. On the trace at the end of this page:

| rule | its explanation |
|---|---|
${EXPLAINED.map((rule) => `| ${`\`${rule}\``} | ${explanationOf(rule)} |`).join('\n')}

A span is named by its name and id. Values of named spans are filled in where a condition reads them. Of \`max_count\` and \`distinct\` the value and the spans that share it are told, of \`max\` and
\`min\` the span that has it, of sums the largest part first. Of what is missing the span that came closest is told, and what it lacked: among the spans that satisfy what is asked of one span
alone, as far as the trace has no more than 2,000. A violation on a whole trace names the first span of its explanation.

Of a rule that does not match \`POST /v1/rules/test\` and \`betrace test\` tell the span that came furthest: the one with the name that the rule asks for and the most of its conditions.

Each node of the tree has its \`range\` in the text of that version of the rule (\`start\`, \`end\`: UTF-16 offsets; \`line\`, \`column\`, \`end_line\`, \`end_column\` from 1), a \`kind\`, an \`outcome\`, a \`sentence\` (of \`and\`, \`or\` and \`not\` their children say it),
and where it has them \`value\`, \`values\` by the text that reads them, \`count\` and \`of\`, \`witnesses\` (ids of up to 50 spans; \`more_witnesses\` are known beside), \`span\` (on which a condition was asked), \`error\`, and its parts, \`children\`.

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

\`trace.has\`, \`count\` and \`all\` of conditions on one span are judged by bits and counters, without the spans: in a violation their nodes have the number and the first 50 witnesses, and none has the values of its witnesses. Where
spans satisfy a \`has\`, or break an \`all\`, it is not said of how many spans: what else is in the trace is no part of why. A violation that is taken back names the first witness of what
took it back (\`not trace.has(audit)\`), with the number of them. All other functions have all of theirs. \`POST /v1/rules/test\` and \`betrace test\` answer what the violation would say. \`GET /v1/violations/{id}/explanation\` asks the rule again, in the version that was violated, of the spans as the log has them: there every node has its values and its
witnesses. That answer is not signed. A script is told by the \`return\` that ended it: its children are the conditions that led there, with the values that they read, and its witnesses the spans of the loops around it and those on which the variables that were read got their values. A rule that is undecided says what is known of its parts; a rule that tells of a value of another type
(\`on_error\`) has the outcome \`failed\`: its tree goes down to the comparison that failed, with the span and the value, or is the whole rule where several may have failed so.

An explanation is bounded: about 100 kB of a record at the most. From 24,000 characters of the tree on nodes name three witnesses and their parts are not taken apart, from 40,000 on they are without
sentence and values, and from 64,000 on they are left out and counted (\`omitted\`). The list ends after 32,000 characters. Texts are cut at 200 characters with \`…\`, sentences at 500, the summary at 2,000.
`;
