import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { betrace } from '../../testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from '../../testing/temporary-files.js';

afterAll(removeTemporaryFiles);

const GOOD = `rules:
  - id: slow
    severity: HIGH
    expression: span.duration>1s   # too slow
    tests:
      - {name: slow, trace: [{name: a, duration: 2s}], expect: match}
      - {name: fast, trace: [{name: a, duration: 1ms}], expect: no match}
`;
const BAD = `rules:\n  - id: a\n    expression: |\n      span.name == "x" and\n      span.durations > 1s\n  - {id: b, expression: span.duration > attribute.limit}\n`;

describe('betrace check', () => {
  it('says file, line, column, code and suggestion', async () => {
    const directory = temporaryFiles({ 'bad.yaml': BAD });
    const { code, out } = await betrace(['check', join(directory, 'bad.yaml')]);
    expect(code).toBe(1);
    expect(out).toContain(
      `bad.yaml:5:12: error: 'span' has no field 'durations' [BT_DSL_UNKNOWN_FIELD]\n        span.durations > 1s\n             ^\n`,
    );
    expect(out).toContain('did you mean: duration');
    expect(out).toContain('bad.yaml:6:41: warning:');
  });

  it.each([
    ['check', 'expression: span.kind == "consumer" and #span.links == 0', true],
    ['test', 'expression: span.kind == "consumer" and #span.links == 0', true],
    ['check', `expression: 'span.kind == "consumer" and' # links`, false],
    ['check', 'expression: span.kind == consumer # links', false],
  ])('%s of %s is reported if a YAML comment may have cut it', async (command, expression, isCut) => {
    const directory = temporaryFiles({ 'cut.yaml': `rules:\n  - id: cut\n    ${expression}\n` });
    const { code, out, err } = await betrace([command, join(directory, 'cut.yaml')]);
    expect(code).toBe(1);
    expect((out + err).includes("in YAML ' #' begins a comment")).toBe(isCut);
  });

  it('answers JSON', async () => {
    const { code, out } = await betrace([
      'check',
      '--json',
      '--explain',
      '-e',
      'trace.count(span.name == "retry" and span.resource["k"]) > 3',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      findings: [],
      rules: [
        {
          subject: 'trace',
          needs: 'online',
          fires: 'when_certain',
          reads: { fields: ['name'], attributes: [], resource_attributes: ['k'] },
        },
      ],
    });
    const wrong = await betrace(['check', '--output', 'json', '-'], { stdin: 'span.duration > "1s"' });
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.out).findings[0]).toMatchObject({
      file: 'stdin',
      line: 1,
      column: 17,
      end_line: 1,
      end_column: 21,
      fix: { start: 16, end: 20, text: '1s' },
    });
  });

  it('explains', async () => {
    const { out } = await betrace(['check', '--explain', '-e', 'span.duration > 1s and attribute.a == 1']);
    expect(out).toContain('judged once per span');
    expect(out).toContain('fires when the span arrives');
    expect(out).toContain('reads attribute a');
  });

  it('counts warnings only on request', async () => {
    expect((await betrace(['check', '-e', 'attribute.n > 5'])).code).toBe(0);
    expect((await betrace(['check', '--strict', '-e', 'attribute.n > 5'])).code).toBe(1);
  });
});

describe('betrace test', () => {
  it('runs the cases of all files of a directory', async () => {
    const directory = temporaryFiles({ 'a.yaml': GOOD, 'b.yml': GOOD.replace('match}', 'no match}'), 'c.txt': '' });
    const file = join(directory, 'junit.xml');
    const { code, out } = await betrace(['test', '--junit', file, directory]);
    expect(code).toBe(1);
    expect(out).toContain('a.yaml (2 cases)');
    expect(out).toContain('✗ slow: slow');
    expect(out).toContain('3 passed, 1 failed\n');
    expect(readFileSync(file, 'utf8')).toContain('failures="1"');
    const asJson = await betrace(['test', '--output', 'json', directory]);
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.out)).toMatchObject({
      passed: 3,
      failed: 1,
      files: expect.arrayContaining([
        expect.objectContaining({
          file: join(directory, 'a.yaml'),
          cases: expect.arrayContaining([expect.objectContaining({ rule: 'slow', name: 'fast', passed: true, why: expect.any(Array) })]),
        }),
      ]),
    });
    expect((await betrace(['test', join(directory, 'a.yaml')])).code).toBe(0);
    expect((await betrace(['test', '-v', join(directory, 'a.yaml')])).out).toContain('✓ slow: fast');
  });
});

describe('betrace fmt', () => {
  it('formats expressions and changes nothing else in the file', async () => {
    const directory = temporaryFiles({ 'a.yaml': GOOD });
    const file = join(directory, 'a.yaml');
    const formatted = GOOD.replace('span.duration>1s ', 'span.duration > 1s ');
    expect(await betrace(['fmt', '--check', file])).toMatchObject({ code: 1, out: `${file}\n` });
    expect(await betrace(['fmt', file])).toMatchObject({ code: 0, out: formatted });
    expect((await betrace(['fmt', '--write', file])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(formatted);
    expect(await betrace(['fmt', '--check', file])).toMatchObject({ code: 0, out: '' });
  });

  it.each([
    [
      'a block',
      'expression: |\n      trace.has(\n        span.name=="a"\n      )\n    severity: LOW',
      'expression: |\n      trace.has(\n        span.name == "a"\n      )\n    severity: LOW',
    ],
    ['a stripped block', 'expression: |-\n      a()\n\n\n    severity: LOW', 'expression: |-\n      a()\n\n\n    severity: LOW'],
    [
      'a block with CR LF',
      'expression: |\r\n      a==1\r\n      and b\r\n    severity: LOW',
      'expression: |\r\n      a == 1\r\n      and b\r\n    severity: LOW',
    ],
    ['double quotes', 'expression: "span.name==\\"a\\" and\\nspan.is_root"', 'expression: "span.name == \\"a\\" and\\nspan.is_root"'],
    ['single quotes', "expression: 'span.name==\"it''s\"'", "expression: 'span.name == \"it''s\"'"],
    ['plain to quotes', "expression: span.name=='#x'", 'expression: span.name == "#x"'],
    ['the other form', 'expression: when{a}always{b}', 'expression: when { a } always { b }'],
  ])('%s', async (_style, before, after) => {
    const text = (expression: string) => `rules:\n  - id: r\n    ${expression}\n`;
    const directory = temporaryFiles({ 'a.yaml': text(before) });
    const { out } = await betrace(['fmt', join(directory, 'a.yaml')]);
    expect(out).toBe(text(after));
    const again = temporaryFiles({ 'a.yaml': out });
    expect((await betrace(['fmt', join(again, 'a.yaml')])).out).toBe(out);
  });

  it('shows errors of syntax', async () => {
    expect(await betrace(['fmt', '-e', 'span.duration >'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('expression:1:16: error:'),
    });
    expect(await betrace(['fmt', '-e', 'span.duration>1s'])).toMatchObject({ code: 0, out: 'span.duration > 1s\n' });
  });
});

describe('betrace fmt --output json', () => {
  it('reports for each file whether it is formatted, its mistakes, and the formatted text', async () => {
    const bad = GOOD.replace('span.duration>1s ', 'span.duration > ');
    const directory = temporaryFiles({ 'a.yaml': GOOD, 'b.yaml': bad });
    const [a, b] = [join(directory, 'a.yaml'), join(directory, 'b.yaml')];
    const formatted = GOOD.replace('span.duration>1s ', 'span.duration > 1s ');
    const run = async (...args: string[]) => {
      const { code, out, err } = await betrace(['fmt', '--output=json', ...args]);
      expect(err).toBe('');
      return [code, JSON.parse(out).files];
    };
    const wrong = { file: b, formatted: false, findings: [expect.objectContaining({ severity: 'error' })] };
    expect(await run(a)).toEqual([0, [{ file: a, formatted: false, findings: [], text: formatted }]]);
    expect(await run('--check', a, b)).toEqual([1, [{ file: a, formatted: false, findings: [] }, wrong]]);
    expect(await run('--write', a, b)).toEqual([1, [{ file: a, formatted: false, findings: [] }, wrong]]);
    expect([readFileSync(a, 'utf8'), readFileSync(b, 'utf8')]).toEqual([formatted, bad]);
    expect(await run('--check', a)).toEqual([0, [{ file: a, formatted: true, findings: [] }]]);
  });
});

describe('betrace rules convert', () => {
  it('converts a rule file of the Go version', async () => {
    const directory = temporaryFiles({
      'go.yaml':
        '# ours\nrules:\n- id: fraud\n  name: Fraud check\n  severity: critical\n  compliance_frameworks:\n  - PCI-DSS\n' +
        '  condition: when { payment.charge.where(amount > 1000) } always { payment.check }\n' +
        '  example_violation:\n    description: unchecked\n    trace:\n    - span: payment.charge\n      attributes:\n        amount: 5000\n',
    });
    const { code, out } = await betrace(['rules', 'convert', '--typed', join(directory, 'go.yaml')]);
    expect(code).toBe(0);
    expect(out).toBe(
      '# ours\nrules:\n  - id: fraud\n    name: Fraud check\n    severity: CRITICAL\n    tags:\n      - PCI-DSS\n    expression: |-\n' +
        '      trace.has(span.name == "payment.charge" and attribute.amount and attribute.amount > 1000) and\n' +
        '      not trace.has(span.name == "payment.check")\n' +
        '    tests:\n      - name: unchecked\n        trace:\n          - name: payment.charge\n            attributes:\n              amount: 5000\n        expect: match\n',
    );
    const converted = temporaryFiles({ 'rules.yaml': out });
    expect(await betrace(['test', converted])).toMatchObject({ code: 0, out: expect.stringContaining('1 passed, 0 failed') });
  });

  it('changes nothing else, and reports what it cannot read', async () => {
    expect(await betrace(['rules', 'convert', '-e', 'span.is_root'])).toMatchObject({ code: 0, out: 'span.is_root' });
    expect(await betrace(['rules', 'convert', '-e', 'when { a }'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('BT_DSL_WHEN_INCOMPLETE'),
    });
    const directory = temporaryFiles({ 'go.yaml': 'rules:\n  - {id: r, condition: "when { a }"}\n' });
    expect(await betrace(['rules', 'convert', directory])).toMatchObject({ code: 1, err: expect.stringContaining('r: when { … } alone') });
  });
});
