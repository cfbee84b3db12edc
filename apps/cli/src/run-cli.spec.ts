import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { keyRing, publicPem, signViolation } from '#signing';
import { COMMANDS } from './commands/commands.js';
import { betrace } from './testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from './testing/temporary-files.js';

const servers: Server[] = [];

afterAll(() => {
  removeTemporaryFiles();
  for (const server of servers) server.close();
});

const GOOD = `rules:
  - id: slow
    severity: HIGH
    expression: span.duration>1s   # too slow
    tests:
      - {name: slow, trace: [{name: a, duration: 2s}], expect: match}
      - {name: fast, trace: [{name: a, duration: 1ms}], expect: no match}
`;
const BAD = `rules:\n  - id: a\n    expression: |\n      span.name == "x" and\n      span.durations > 1s\n  - {id: b, expression: span.duration > attribute.limit}\n`;

describe('betrace', () => {
  it('prints its version, and suggests the command that was meant', async () => {
    expect(await betrace(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(await betrace(['chek', 'x'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('unknown command chek. Did you mean: check?'),
    });
    expect(await betrace(['rules'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean: rules convert, rules export, rules import, rules diff, rules history?'),
    });
  });

  it.each([
    ['serve ingset', 'the part is standalone, ingest, evaluator or api, not ingset. Did you mean ingest?'],
    ['serve postgres', 'the part is standalone, ingest, evaluator or api, not postgres\n'],
    ['serve ingest api', 'a process is one of them: start api by another command'],
    ['completion bsh', 'the shell is bash, zsh or fish, not bsh. Did you mean bash?'],
    ['wait --output jsn', '--output is text or json, not jsn. Did you mean json?'],
    ['report --output htlm', '--output is text, json, csv or html, not htlm. Did you mean html?'],
    ['backtest -e true --output juint', '--output is text, json or junit, not juint. Did you mean junit?'],
    ['violations export --format csw', '--format is csv or ndjson, not csw. Did you mean csv?'],
    ['keys new me --scope reed', '. Did you mean read?'],
    ['help expalin', 'unknown command expalin. Did you mean: explain?'],
  ])('names the words that there are, and the one that was meant, for `%s`', async (line, said) => {
    const { code, err } = await betrace(line.split(' '), { environment: { BETRACE_URL: 'http://127.0.0.1:1' } });
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
  });

  it('explains a command by `help`, too', async () => {
    expect(await betrace(['help', 'rules', 'export'])).toEqual(await betrace(['rules', 'export', '--help']));
    expect(await betrace(['help', 'backup'])).toMatchObject({ code: 0, out: expect.stringMatching(/^betrace backup /) });
  });

  it.each(['help check -- nothing.yaml', 'help rules -- export', 'rules help export --', 'help check -e true --'])(
    'only explains a command, and does not run it, for `%s`',
    async (line) => {
      const { code, out, err } = await betrace(line.split(' '));
      expect([code, out, err]).toEqual([0, expect.stringMatching(/^betrace (check|rules export) /), '']);
    },
  );

  it('refuses positional arguments where a command has only options', async () => {
    for (const command of ['violations list', 'violations export', 'violations tail', 'wait', 'probe', 'rules export']) {
      const { code, err } = await betrace([...command.split(' '), 'slow', '--url', 'http://127.0.0.1:1']);
      expect([command, code, err]).toEqual([command, 2, expect.stringContaining('it takes options alone, and no "slow"')]);
    }
  });

  it('lists its commands', async () => {
    expect(await betrace(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('rules convert') });
    expect(await betrace([])).toMatchObject({ code: 2 });
    expect(await betrace(['chekc'])).toMatchObject({ code: 2, err: expect.stringContaining('unknown command chekc') });
  });

  it.each(['constructor', 'toString', '__proto__', 'rules constructor'])(
    'has no command %s, and does not end with a stack',
    async (name) => {
      const { code, err } = await betrace(name.split(' '));
      expect([code, err.split('\n')[0]]).toEqual([2, expect.stringContaining(`betrace: unknown command ${name}`)]);
    },
  );

  it('finds the help that people look for by another word order', async () => {
    const history = await betrace(['rules', 'history', '--help']);
    expect(await betrace(['help', 'rules', 'history'])).toEqual(history);
    const rules = await betrace(['rules', '--help']);
    expect(rules.code).toBe(0);
    expect(rules.out).toMatch(/^betrace COMMAND.*\n\n {2}rules convert /);
    expect(rules.out).not.toContain('violations');
    for (const words of ['help rules', 'rules help', 'rules -h', 'help rules --help'])
      expect(await betrace(words.split(' '))).toEqual(rules);
    expect((await betrace(['history'])).err).toContain('Did you mean: rules history?');
    expect(await betrace(['help', 'chekc'])).toMatchObject({ code: 2, err: expect.stringContaining('unknown command chekc') });
  });

  it.each(Object.keys(COMMANDS).filter((name) => name !== 'serve'))('explains %s', async (name) => {
    const { code, out } = await betrace([...name.split(' '), '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^betrace ${name} `));
  });

  it.each([
    [['check'], /give one file/],
    [['check', '--explian', 'x'], /there is no option --explian. Did you mean --explain\?/],
    [['violations', 'list', '--serverity=HIGH'], /there is no option --serverity. Did you mean --severity\?/],
    [['check', '--nothing-like-it'], /there is no option --nothing-like-it\.\n/],
    [['test', '--output', 'yaml', 'x'], /--output is text or json, not yaml/],
    [['doctor', '--output', 'yaml'], /--output is text or json, not yaml/],
    [['backup', 'x.ndjson', '--output='], /--output is text or json, not /],
    [['check', '-e', 'true', 'file'], /not both/],
    [['check', '/nowhere/x.yaml'], /cannot read \/nowhere\/x.yaml: .*BT_CLI_FILE/],
    [['fmt', '--check', '--write', 'x'], /not both/],
    [['verify', 'x.json'], /BETRACE_SIGNATURE_KEY is not set/],
    [['rules', 'export'], /--url is missing/],
    [['rules', 'export', '--url', 'http://127.0.0.1:1'], /does not answer/],
    [['rules', 'export', '--url', 'ftp://127.0.0.1:1'], /--url is not a URL of http or https: ftp/],
    [
      ['rules', 'export', '--url', 'http://127.0.0.1:1', '--api-key-header', 'x key'],
      /--api-key-header is not the name of a header: x key/,
    ],
    [['violations', 'list', '--url=http://127.0.0.1:1', '--since', 'Nov 3 2023'], /--since is neither a time nor a duration: Nov 3 2023/],
    [['violations', 'list', '--url=http://127.0.0.1:1', '--since', '2016-12-31T23:59:60Z'], /does not answer/],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await betrace(args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('secrets of the command line', () => {
  it.each(['BETRACE_API_KEY', 'BETRACE_TOKEN'])('are in no message when no header can have them: %s', async (name) => {
    for (const secret of ['hunter2\nhunter3', 'hunter2\u2028x', 'hunter2\0']) {
      const { code, out, err } = await betrace(['rules', 'export', '--url=http://127.0.0.1:1'], { environment: { [name]: secret } });
      expect([code, out, err.split('\n')[0]]).toEqual([
        2,
        '',
        `betrace rules export: the environment variable ${name} has a line break or another character that no header can have`,
      ]);
    }
    const padded = await betrace(['rules', 'export', '--url=http://127.0.0.1:1'], { environment: { [name]: 'hunter2\n' } });
    expect(padded.err).toMatch(/does not answer/);
  });

  it('are in no message when they are part of the address', async () => {
    const { code, out, err } = await betrace(['rules', 'export', '--url=http://me:hunter2@127.0.0.1:1']);
    expect(code).toBe(2);
    expect(err).toMatch('has a user or a password in it');
    expect(out + err).not.toContain('hunter2');
  });

  it.each(['http://me:hunter2#x@127.0.0.1:1', 'http://me:hunter2/x@127.0.0.1:1', 'me:hunter2@127.0.0.1:1', 'hunter2@127.0.0.1:1'])(
    'are in no message when they are part of what is no address: %s',
    async (url) => {
      const { code, out, err } = await betrace(['rules', 'export'], { environment: { BETRACE_URL: url } });
      expect([code, out, err]).toEqual([2, '', expect.stringContaining('BETRACE_URL is not a URL')]);
      expect(err).not.toContain('hunter2');
    },
  );
});

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

describe('betrace keys new', () => {
  it('prints the key and its entry as JSON', async () => {
    const { code, out, err } = await betrace(['keys', 'new', 'ci', '--scope', 'read', '--scope', 'read', '--output', 'json']);
    const { key, entry } = JSON.parse(out);
    expect([code, err, entry]).toEqual([0, '', { name: 'ci', sha256: createHash('sha256').update(key).digest('hex'), scopes: ['read'] }]);
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

describe('betrace verify', () => {
  const violation = { id: 'viol-1', revision: 1, status: 'open', timestamp_ms: 1_699_000_002_000, explanation: { summary: 'é' } };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const secret = 'a secret that nobody else knows';
  const keys = keyRing({ key: secret, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), development: false });
  const signed = { ...signViolation(violation, keys), timestamp: 1_699_000_002 };
  const environment = { BETRACE_SIGNATURE_KEY: secret };

  it('tells signed records from changed ones', async () => {
    const files = temporaryFiles({
      'good.json': JSON.stringify({ violations: [signed], total: 1 }),
      'bad.json': JSON.stringify([{ ...signed, status: 'retracted' }]),
      'one.json': JSON.stringify(signed),
      'summary.json': JSON.stringify([{ id: 'viol-1', timestamp: 5 }]),
      'public.pem': publicPem(publicKey),
    });
    expect(await betrace(['verify', join(files, 'good.json')], { environment })).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 of 1 valid'),
    });
    expect(await betrace(['verify', join(files, 'one.json')], { environment })).toMatchObject({ code: 0 });
    expect(await betrace(['verify', '-'], { environment, stdin: JSON.stringify([signed]) })).toMatchObject({ code: 0 });
    const seconds = Math.floor((signed as unknown as { timestamp_ms: number }).timestamp_ms / 1_000);
    const answered = (timestamp: unknown) => betrace(['verify', '-'], { environment, stdin: JSON.stringify({ ...signed, timestamp }) });
    expect(await answered(seconds)).toMatchObject({ code: 0 });
    for (const other of [seconds + 1, String(seconds), null]) expect(await answered(other)).toMatchObject({ code: 1 });
    const twice = JSON.stringify(signed).replace('{', '{"key_id":"x",');
    expect(await betrace(['verify', '-'], { environment, stdin: twice })).toMatchObject({ code: 2, err: expect.stringContaining('twice') });
    const bad = await betrace(['verify', '--output=json', join(files, 'bad.json')], { environment });
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out).violations[0]).toMatchObject({ id: 'viol-1', valid: false, signature: 'invalid' });
    const auditor = await betrace(['verify', '--public-key', join(files, 'public.pem'), join(files, 'good.json')]);
    expect(auditor).toMatchObject({ code: 0, out: expect.stringContaining('public signature valid') });
    const other = await betrace(['verify', '--key-env', 'OTHER', join(files, 'good.json')], { environment: { OTHER: 'x' } });
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining('UNKNOWN viol-1  signature unknown-key') });
    const asJson = await betrace(['verify', '--output=json', '--key-env', 'OTHER', join(files, 'good.json')], {
      environment: { OTHER: 'x' },
    });
    expect([asJson.code, JSON.parse(asJson.out).violations[0].valid]).toEqual([1, null]);
    expect(await betrace(['verify', join(files, 'summary.json')], { environment })).toMatchObject({
      code: 2,
      err: expect.stringContaining('view=full'),
    });
  });

  it('reads all pages of a server, with its API key', async () => {
    const url = await serve((path, headers) => {
      if (headers['x-api-key'] !== 'k') return [401, { detail: 'no key' }];
      return [200, path.includes('after=2') ? { violations: [signed] } : { violations: [signed], next: '2' }];
    });
    const all = await betrace(['verify', '--url', url, '-q'], { environment: { ...environment, BETRACE_API_KEY: 'k' } });
    expect(all).toEqual({ code: 0, out: '2 of 2 valid\n', err: '' });
    expect(await betrace(['verify', '--url', url], { environment })).toMatchObject({
      code: 2,
      err: expect.stringContaining('answers 401: no key'),
    });
  });
});

it.each([
  ['violations', 'csv', '--format csv or ndjson'],
  ['violations', 'NDJSON', '--format csv or ndjson'],
  ['rules', 'json', 'as YAML'],
])('betrace %s export writes no file that is named as a format: %s', async (what, format, hint) => {
  expect(await betrace([what, 'export', '--url', 'http://127.0.0.1:9', '--output', format])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining(hint),
  });
  expect(existsSync(format)).toBe(false);
});

describe('betrace rules export and import', () => {
  it('moves rules from one server to another', async () => {
    const rule = {
      id: 'r',
      name: 'R',
      description: '',
      expression: 'span.is_root and\nspan.duration > 1s',
      severity: 'LOW',
      tags: ['a'],
      controls: [{ framework: 'PCI DSS', control: '10.2' }],
      emit_evidence: true,
      enabled: true,
      mode: 'shadow',
      on_error: 'violation',
      tests: [
        { name: 'slow', trace: 'checkout 2s\n  charge', expect: { match: ['checkout'] } },
        { name: 'of JSON', trace: '[{"name":"a","start_time":1699000000000000001}]', expect: 'no match' },
      ],
      version: 2,
      created_at: 'x',
    };
    const posted: unknown[] = [];
    const url = await serve((path, _headers, body) => {
      if (body !== '') posted.push(JSON.parse(body));
      return [200, { rules: path.endsWith('/import') ? [{ id: 'r', action: 'updated', changes: { name: {} } }] : [rule], total: 1 }];
    });
    const { out } = await betrace(['rules', 'export', '--url', `${url}/`]);
    expect(out).toContain('    expression: |-\n      span.is_root and\n      span.duration > 1s\n');
    const directory = temporaryFiles({ 'rules.yaml': out });
    expect(await betrace(['rules', 'import', '--url', url, directory])).toMatchObject({ code: 0, out: 'r: updated (name)\n' });
    const { version: _version, created_at: _created, ...sent } = rule;
    expect(posted).toEqual([{ mode: 'merge', dry_run: false, rules: [sent] }]);
    const dry = await betrace(['rules', 'import', '--url', url, '--replace', '--dry-run', directory]);
    expect(dry).toMatchObject({ code: 0, out: 'r: would be updated (name)\n' });
    expect(posted.pop()).toMatchObject({ mode: 'replace', dry_run: true });
    const doubtful = temporaryFiles({ 'rules.yaml': out.replace('1s', '500') });
    const strict = await betrace(['rules', 'import', '--strict', '--url', url, doubtful]);
    expect(strict).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('rules.yaml:15:23: warning: span.duration is in nanoseconds'),
    });
    expect(posted).toHaveLength(1);
    const imported = await betrace(['rules', 'import', '--url', url, doubtful]);
    expect(imported).toEqual({ code: 0, out: 'r: updated (name)\n', err: strict.err });
    posted.pop();
    const bad = temporaryFiles({ 'rules.yaml': BAD });
    expect(await betrace(['rules', 'import', '--url', url, bad])).toMatchObject({ code: 1 });
    expect(posted).toHaveLength(1);
  });
});

async function serve(
  answer: (path: string, headers: NodeJS.Dict<string | string[]>, body: string) => readonly [number, unknown],
): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const [status, json] = answer(request.url ?? '', request.headers, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
