import { afterAll, describe, expect, it } from '@jest/globals';
import { closeFakeServers, fakeServer } from '../../testing/fake-server.js';
import { betrace } from '../../testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from '../../testing/temporary-files.js';

afterAll(() => {
  removeTemporaryFiles();
  closeFakeServers();
});

const BAD = `rules:\n  - id: a\n    expression: |\n      span.name == "x" and\n      span.durations > 1s\n  - {id: b, expression: span.duration > attribute.limit}\n`;

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
    const url = await fakeServer((path, _headers, body) => {
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
