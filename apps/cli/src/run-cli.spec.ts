import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { COMMANDS } from './commands/commands.js';
import { betrace } from './testing/fake-terminal.js';

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
  ])('names the known words, and the one that was meant, for `%s`', async (line, said) => {
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

  it.each([
    ['among the flags of a server', ['serve', 'DATABASE_URL=postgres://me:hunter2@db/x']],
    ['in place of a command', ['DATABASE_URL=postgres://me:hunter2@db/x', 'serve']],
    ['in place of a command of a group', ['rules', 'DATABASE_URL=postgres://me:hunter2@db/x']],
    ['in place of a command, without the name of a variable', ['postgres://me:x@hunter2/y@db/x', 'serve']],
    ['in place of a command, without a scheme', ['me:hunter2@db/x', 'serve']],
    ['in place of a command, without a name', ['=hunter2']],
    ['in place of a command, with several =', ['A==hunter2==']],
    ['in place of a command, over several lines', ['Ä=\nhunter2\n']],
    ['in place of a part of the server', ['serve', 'postgres://me:hunter2@db/x']],
    ['in place of an option', ['rules', 'export', 'API_KEY=hunter2']],
    ['in place of the value of an option', ['wait', '--output', 'API_KEY=hunter2']],
    ['in place of a shell', ['completion', 'http://me:hunter2@host']],
  ])('are in no message when they are %s', async (_, args) => {
    const { code, err } = await betrace(args);
    expect(code).toBe(2);
    expect(err).not.toContain('hunter2');
  });

  it('are in no message when they are part of the address', async () => {
    const { code, out, err } = await betrace(['rules', 'export', '--url=http://me:hunter2@127.0.0.1:1']);
    expect(code).toBe(2);
    expect(err).toMatch('has a user or a password in it');
    expect(out + err).not.toContain('hunter2');
  });

  it.each(['http://me:hunter2#x@127.0.0.1:1', 'http://me:hunter2/x@127.0.0.1:1', 'me:hunter2@127.0.0.1:1', 'hunter2@127.0.0.1:1'])(
    'are in no message when they are part of an address that is not a URL: %s',
    async (url) => {
      const { code, out, err } = await betrace(['rules', 'export'], { environment: { BETRACE_URL: url } });
      expect([code, out, err]).toEqual([2, '', expect.stringContaining('BETRACE_URL is not a URL')]);
      expect(err).not.toContain('hunter2');
    },
  );

  it.each(['http://me:12/hunter2@127.0.0.1:1', 'http://me:12#hunter2@127.0.0.1:1', 'http://me:12?hunter2@127.0.0.1:1'])(
    'are in no message when a URL has them in its path, query or fragment: %s',
    async (url) => {
      const { code, out, err } = await betrace(['rules', 'export'], { environment: { BETRACE_URL: url } });
      expect([code, out, err]).toEqual([2, '', expect.stringContaining('BETRACE_URL has a user or a password in it')]);
      expect(err).not.toMatch(/hunter2|12/);
    },
  );

  it.each(['http://127.0.0.1:1/?token=hunter2', 'http://127.0.0.1:1?', 'http://127.0.0.1:1/#'])(
    'are in no message when they are after a # or ? of the address: %s',
    async (url) => {
      const { code, out, err } = await betrace(['rules', 'export'], { environment: { BETRACE_URL: url } });
      expect([code, out, err]).toEqual([2, '', expect.stringContaining('BETRACE_URL has a ? or # in it')]);
      expect(err).not.toContain('hunter2');
    },
  );
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
