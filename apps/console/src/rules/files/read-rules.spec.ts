import { describe, expect, it } from '@jest/globals';
import { readRules } from './read-rules';

const YAML = `
rules:
  - id: slow        # why not
    severity: HIGH
    mode: off
    tags: [performance, "slo"]
    description:
    expression: |
      span.duration > 1s
        and span.nmae == "a"
    tests:
      - name: slow
        trace: &slow |
          checkout 2s
            charge
        expect: {match: [checkout]}
      - {name: again, trace: *slow, expect: match}
      - name: as JSON
        trace: [{name: a, duration: 9007199254740993}]
        expect: no match
      - {name: as the API takes it, trace: {spans: [{name: c}]}, expect: no match}
`;

describe('a rule file in the browser', () => {
  it('is converted from YAML to the form of the API', () => {
    expect(readRules(YAML).rules).toEqual([
      {
        id: 'slow',
        name: 'slow',
        severity: 'HIGH',
        mode: 'off',
        tags: ['performance', 'slo'],
        expression: 'span.duration > 1s\n  and span.nmae == "a"\n',
        tests: [
          { name: 'slow', trace: 'checkout 2s\n  charge\n', expect: { match: ['checkout'] } },
          { name: 'again', trace: 'checkout 2s\n  charge\n', expect: 'match' },
          { name: 'as JSON', trace: '[{"name":"a","duration":9007199254740993}]', expect: 'no match' },
          { name: 'as the API takes it', trace: '{"spans":[{"name":"c"}]}', expect: 'no match' },
        ],
      },
    ]);
  });

  it('shows the line of the text for an error of the API', () => {
    const { lineOf } = readRules(YAML);
    expect([
      lineOf('rules[0].expression', 2),
      lineOf('rules[0].severity'),
      lineOf('rules[0].nothing'),
      lineOf('rules[0].tests[1].name'),
    ]).toEqual([10, 4, 3, 17]);
    const list = readRules('- id: a\n  expression: "true"\n- id: b\n  expression: "x"\n');
    expect(list.lineOf('rules[1].expression', 1)).toBe(4);
    expect(readRules('id: a\nexpression: x\n').lineOf('rules[0].expression', 1)).toBe(2);
  });

  it.each([
    ['what GET /v1/rules answers', '{"rules": [{"id": "a", "name": "A", "expression": "true", "version": 3}], "total": 1}'],
    ['a list', '[{"id": "a", "name": "A", "expression": "true", "version": 3}]'],
    ['one rule', '{\n\t"id": "a",\n\t"name": "A",\n\t"expression": "true",\n\t"version": 3\n}'],
  ])('in JSON is %s', (_what, text) => {
    expect(readRules(text).rules).toEqual([{ id: 'a', name: 'A', expression: 'true', version: 3 }]);
  });

  it.each([
    ['no YAML', 'rules:\n  - [\n', /line 3, column 1/],
    ['a key twice', 'rules: []\nrules: []\n', /line 2/],
    ['nothing', '', /an object with the member rules/],
    ['no rule', 'rules: []', /no rule in it/],
    ['a text', 'rules: [a]', /1\. of the rules is not an object/],
    ['a rule of the Go version', 'rules:\n  - id: a\n    condition: when { a } always { b }\n', /betrace rules convert/],
    [
      'a trace in another file',
      'id: a\nexpression: "true"\ntests: [{name: n, trace: {otlp: t.json}, expect: match}]\n',
      /browser cannot read/,
    ],
    ['itself', 'id: a\nexpression: "true"\ntags: &t [*t]\n', /deeper than 64/],
  ])('says that there is %s', (_what, text, message) => {
    expect(() => readRules(text)).toThrow(message);
  });

  it('is refused if it would exhaust the browser', () => {
    const levels = 'abcdefgh'.split('').map(
      (name, at, names) =>
        `&${name} [${Array(10)
          .fill(at === 0 ? 'x' : `*${names[at - 1]}`)
          .join(', ')}]`,
    );
    expect(() => readRules(`id: a\nexpression: "true"\ntags: [${levels.join(', ')}]\n`)).toThrow(/alias/);
  });
});
