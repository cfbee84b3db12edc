import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeRequestJson, spansFromJson } from '#otlp';
import { removeTemporaryFiles, temporaryFiles } from '../testing/temporary-files.js';
import { readRuleFile } from './read-rule-file.js';

afterAll(removeTemporaryFiles);

const WHOLE = `
rules:
  - id: slow        # why not
    name: Slow requests
    description: too slow
    severity: HIGH
    tags: [performance, "slo"]
    controls: [{framework: SOC 2, control: CC7.2}, {framework: GDPR, control: "32"}]
    emit_evidence: true
    enabled: false
    message: it took too long
    expression: span.duration > 1s
    tests:
      - name: slow
        trace: &slow |
          checkout 2s
            charge
        expect: {match: [checkout]}
      - {name: again, trace: *slow, expect: match}
      - name: as JSON
        trace: [{name: a, duration: 9007199254740993}, {name: b}]
        expect: no match
      - {name: as the API takes it, trace: {spans: [{name: c}]}, expect: no match}
`;

describe('a rule file', () => {
  it('holds rules and their cases', () => {
    const { rules, findings } = readRuleFile('rules.yaml', WHOLE);
    expect(findings).toEqual([]);
    const [rule] = rules;
    expect(rule).toMatchObject({
      id: 'slow',
      name: 'Slow requests',
      description: 'too slow',
      severity: 'HIGH',
      tags: ['performance', 'slo'],
      controls: [
        { framework: 'SOC 2', control: 'CC7.2' },
        { framework: 'GDPR', control: '32' },
      ],
      emitEvidence: true,
      enabled: false,
      message: 'it took too long',
      expression: 'span.duration > 1s',
      place: { line: 3, column: 5 },
    });
    expect(rule?.tests.map(({ name, expect: expected, spans }) => [name, expected, spans.map(({ span }) => span.name)])).toEqual([
      ['slow', { match: true, subjects: ['checkout'] }, ['checkout', 'charge']],
      ['again', { match: true }, ['checkout', 'charge']],
      ['as JSON', { match: false }, ['a', 'b']],
      ['as the API takes it', { match: false }, ['c']],
    ]);
    const [long] = rule?.tests[2]?.spans ?? [];
    expect((long?.span.endTimeUnixNano ?? 0n) - (long?.span.startTimeUnixNano ?? 0n)).toBe(9007199254740993n);
  });

  it('is also what the API answers', () => {
    const answer = {
      rules: [
        {
          id: 'a',
          name: 'A',
          description: '',
          expression: 'true',
          severity: 'LOW',
          tags: [],
          enabled: true,
          version: 3,
          created_at: 'x',
          updated_at: 'y',
        },
      ],
      total: 1,
    };
    const { rules, findings } = readRuleFile('backup.json', JSON.stringify(answer));
    expect(findings).toEqual([]);
    expect(rules[0]).toMatchObject({ id: 'a', name: 'A', expression: 'true', tests: [] });
  });

  it('takes a trace from an OTLP/JSON file next to it', () => {
    const request = spansFromJson('[{"name":"a","trace_id":"t"},{"name":"b","trace_id":"t"}]', { incomplete: true });
    const directory = temporaryFiles({ 'trace.json': encodeRequestJson(request), 'broken.json': '{' });
    const read = (file: string) =>
      readRuleFile(
        join(directory, 'r.yaml'),
        `rules: [{id: a, expression: 'true', tests: [{name: n, trace: {otlp: ${file}}, expect: match}]}]`,
      );
    expect(read('trace.json').rules[0]?.tests[0]?.spans.map(({ span }) => span.name)).toEqual(['a', 'b']);
    expect(read('broken.json').findings[0]).toMatchObject({ code: 'BT_CLI_TRACE_SPANS', line: 1 });
    expect(read('missing.json').findings[0]).toMatchObject({ code: 'BT_CLI_FILE', message: expect.stringContaining('missing.json') });
  });

  it.each([
    ['an unknown key', 'rules:\n  - id: a\n    expression: "true"\n    severty: HIGH\n', 'BT_CLI_UNKNOWN_KEY', 4, 5],
    ['a missing id', 'rules:\n  - expression: "true"\n', 'BT_CLI_MISSING_KEY', 2, 5],
    ['a missing expression', 'rules:\n  - id: a\n', 'BT_CLI_MISSING_KEY', 2, 5],
    ['an invalid id', 'rules:\n  - id: a b\n    expression: "true"\n', 'BT_CLI_RULE_TEXT', 2, 9],
    ['an unknown severity', 'rules:\n  - {id: a, expression: "true", severity: high}\n', 'BT_CLI_WRONG_VALUE', 2, 43],
    ['an expression that is not a text', 'rules:\n  - {id: a, expression: true}\n', 'BT_CLI_WRONG_VALUE', 2, 25],
    ['the same id twice', 'rules:\n  - {id: a, expression: "true"}\n  - {id: a, expression: "true"}\n', 'BT_CLI_DUPLICATE_ID', 3, 5],
    ['no list of rules', 'rules: 5\n', 'BT_CLI_WRONG_VALUE', 1, 8],
    ['no rules', 'rule: []\n', 'BT_CLI_UNKNOWN_KEY', 1, 1],
    ['nothing', '', 'BT_CLI_YAML', 1, 1],
    ['no YAML', 'rules:\n  - [\n', 'BT_CLI_YAML', 3, 1],
    ['a key twice', 'rules: []\nrules: []\n', 'BT_CLI_YAML', 2, 1],
    ['an unknown expectation', test('expect: matches'), 'BT_CLI_WRONG_VALUE', 4, 51],
    ['a case without a trace', 'rules:\n  - {id: a, expression: "true", tests: [{name: n, expect: match}]}\n', 'BT_CLI_MISSING_KEY', 2, 41],
    ['no subjects', test('expect: {match: []}'), 'BT_CLI_WRONG_VALUE', 4, 59],
    [
      'a wrong line of a trace',
      'rules:\n  - id: a\n    expression: "true"\n    tests:\n      - name: n\n        expect: match\n        trace: |\n          a\n            b kind=x\n',
      'BT_CLI_TRACE_LINE',
      9,
      15,
    ],
    ['a wrong field of a span', test('expect: match', '[{name: a, kind: x}]'), 'BT_CLI_TRACE_SPANS', 4, 47],
    ['a control that is a text', 'rules:\n  - {id: a, expression: "true", controls: [GDPR 32]}\n', 'BT_CLI_WRONG_VALUE', 2, 44],
    ['a control without a framework', 'rules:\n  - {id: a, expression: "true", controls: [{control: x}]}\n', 'BT_CLI_MISSING_KEY', 2, 44],
    [
      'a control that is a number',
      'rules:\n  - {id: a, expression: "true", controls: [{framework: x, control: 32}]}\n',
      'BT_CLI_WRONG_VALUE',
      2,
      68,
    ],
    [
      'a control twice',
      `rules:\n  - {id: a, expression: "true", controls: [${'{framework: x, control: y}, '.repeat(2)}]}\n`,
      'BT_CLI_RULE_TEXT',
      2,
      43,
    ],
    ['a name that is blank', 'rules:\n  - id: a\n    name: "  "\n    expression: span.is_root', 'BT_CLI_RULE_TEXT', 3, 11],
    ['half a surrogate pair', 'rules:\n  - id: a\n    message: "x\\ud800"\n    expression: span.is_root', 'BT_CLI_RULE_TEXT', 3, 14],
    [
      'a mode that enabled contradicts',
      'rules:\n  - id: a\n    enabled: true\n    mode: off\n    expression: span.is_root',
      'BT_CLI_RULE_TEXT',
      4,
      11,
    ],
    ['a trace without spans', test('expect: match', '[]'), 'BT_CLI_WRONG_VALUE', 4, 30],
  ])('says where there is %s', (_what, text, code, line, column) => {
    expect(readRuleFile('r.yaml', text).findings[0]).toMatchObject({ file: 'r.yaml', code, line, column });
  });

  it('throws nothing, whatever the document', () => {
    const pieces = WHOLE.split(/(?<=[ \n:{}[\],|&*])/);
    const junk = fc.constantFrom(
      '*x ',
      '&x ',
      '!t ',
      '? ',
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '|\n',
      '"',
      "'",
      '~',
      '5 ',
      '\t',
      '---\n',
      '%',
      '<<: *slow',
    );
    const mutation = fc.record({ at: fc.nat(pieces.length - 1), remove: fc.nat(3), insert: junk });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const mutated = [...pieces];
        for (const { at, remove, insert } of mutations) mutated.splice(at, remove, insert);
        const { rules, findings } = readRuleFile('r.yaml', mutated.join(''));
        for (const { line, column } of findings) expect(line > 0 && column > 0).toBe(true);
        expect(rules.length + findings.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a document made to exhaust the reader', () => {
    const levels = 'abcdefgh'.split('').map(
      (name, at, names) =>
        `&${name} [${Array(10)
          .fill(at === 0 ? 'x' : `*${names[at - 1]}`)
          .join(', ')}]`,
    );
    const bomb = `rules:\n  - {id: a, expression: "true", tests: [{name: n, expect: match, trace: [${levels.join(', ')}]}]}\n`;
    expect(readRuleFile('r.yaml', bomb).findings.map(({ code, message }) => [code, message.includes('of more than 20,')])).toEqual([
      ['BT_CLI_TOO_LARGE', true],
    ]);
    const endless = 'rules:\n  - {id: a, expression: "true", tests: [{name: n, expect: match, trace: &t [*t]}]}\n';
    expect(readRuleFile('r.yaml', endless).findings.length).toBeGreaterThan(0);
  });
});

it('reads a file of many cases to its end', () => {
  const cases = Array.from(
    { length: 2_500 },
    (_, n) => `{name: c${n}, expect: match, trace: [{name: a, attributes: {k: ${n}, l: [1, 2, 3]}}]}`,
  );
  const { rules, findings } = readRuleFile('r.yaml', `rules:\n  - id: a\n    expression: "true"\n    tests: [${cases.join(', ')}]\n`);
  expect([findings, rules[0]?.tests.length]).toEqual([[], 2_500]);
});

it.each([
  ['severity: high', 'HIGH'],
  ['severity: Critical', 'CRITICAL'],
  ['severity: HGIH', 'HIGH'],
  ['on_error: no-match', 'no_match'],
  ['severity: warning', undefined],
])('%s: suggests what was meant', (member, meant) => {
  const { findings } = readRuleFile('r.yaml', `rules:\n  - id: a\n    expression: "true"\n    ${member}\n`);
  expect(findings.map(({ code, suggestion }) => [code, suggestion])).toEqual([['BT_CLI_WRONG_VALUE', meant]]);
});

it('of the Go version names the converting command once', () => {
  const go =
    'rules:\n  - id: a\n    severity: high\n    condition: when { a } always { b }\n    example_violation: {description: d, trace: [{span: a}]}\n';
  const { rules, findings } = readRuleFile('r.yaml', go);
  expect([rules, findings.map(({ code, line, message }) => [code, line, message.includes('betrace rules convert')])]).toEqual([
    [],
    [['BT_CLI_OF_GO', 4, true]],
  ]);
});

/** A file whose fourth line holds a trace (at column 16) and an expectation. */
function test(expectation: string, trace = '[{name: a}]'): string {
  return `rules:\n  - id: a\n    expression: "true"\n    tests: [{name: n, trace: ${trace}, ${expectation}}]\n`.replace(
    'name: n, trace',
    'name: n, trace',
  );
}
