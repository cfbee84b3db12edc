import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';
import { REPOSITORY } from '../harness/repository.js';
import { missing, shell } from '../harness/shell.js';

interface Tried {
  readonly document: string;
  /** As the document has it. */
  readonly command: string;
  readonly prints: RegExp;
  /** What is run in its place, for another path than the document's. */
  readonly run?: string;
}

const COMMANDS: readonly Tried[] = [
  {
    document: 'connect.md',
    command: `curl -X POST http://localhost:12011/v1/spans -H 'Content-Type: application/json' \\
  -d '{"spans": [{"trace_id": "hello", "span_id": "a", "name": "hello", "start_time": "2026-01-01T00:00:00Z", "duration": 1000000}]}'`,
    prints: /\{"accepted":1,"rejected":0\}/,
  },
  {
    document: 'connect.md',
    command: "echo 'keys:' > keys.yaml\nbetrace keys new shop --scope ingest >> keys.yaml ",
    run: "echo 'keys:' > keys.yaml\nbetrace keys new shop --scope ingest >> keys.yaml; cat keys.yaml",
    prints: /^keys:\n {2}- name: "shop"\n {4}sha256: [0-9a-f]{64}\n {4}scopes: \[ingest\]/,
  },
  {
    document: 'operations/accounting.md',
    command: 'curl -s http://localhost:12011/v1/accounting | jq .total',
    prints: /"received": \d+,\n {2}"unanswered": 0,\n {2}"carried_over": 0,\n {2}"judged": \d+,[\s\S]*"unaccounted": 0/,
  },
  {
    document: 'operations/probe.md',
    command: 'npm run -s betrace -- probe --url http://localhost:12011 --traces 8 --linger 1s',
    run: 'npm run -s betrace -- probe --url http://localhost:12011 --traces 8 --linger 1s --late 2m --timeout 2m',
    prints: /^right {2}8 of 8 verdicts on 8 traces, the slowest after \d+\.\d s/,
  },
  {
    document: 'operations/keys.md',
    command: "curl -s http://localhost:12011/v1/keys | jq -c '.keys[] | {id, algorithm, current, verifies}'",
    prints: /^\{"id":"[0-9a-f]{8}","algorithm":"hmac-sha256","current":true,"verifies":true\}/,
  },
  {
    document: 'operations/keys.md',
    command: `curl -s http://localhost:12011/v1/keys | jq -r '.keys[] | select(.algorithm == "ed25519") | .public_key'`,
    prints: /^-----BEGIN PUBLIC KEY-----/,
  },
  {
    document: 'operations/protection.md',
    command: 'npm run -s betrace -- keys new --help | head -1',
    prints: /^betrace keys new NAME --scope SCOPE…\n$/,
  },
  {
    document: 'operations/protection.md',
    command: "betrace serve | jq -c 'select(.audit)'",
    run: `cat server.log | jq -c 'select(.audit)'`,
    prints: /"event":"rule\.created","subject":"slow"/,
  },
  {
    document: 'operations/notifications.md',
    command: `printf 'whsec_%s\\n' "$(openssl rand -base64 32)" > chat.secret; chmod 600 chat.secret`,
    run: `printf 'whsec_%s\\n' "$(openssl rand -base64 32)" > chat.secret; chmod 600 chat.secret; cat chat.secret`,
    prints: /^whsec_[A-Za-z0-9+/]{43}=\n$/,
  },
  {
    document: 'operations/backup.md',
    command: 'betrace backup betrace.ndjson.gz --storage-path=data',
    prints: /^betrace\.ndjson\.gz: 3 rules and \d+ violations of /,
  },
  { document: 'operations/backup.md', command: `zcat betrace.ndjson.gz | grep '^\\["rules"'`, prints: /^\["rules",/ },
  {
    document: 'operations/backup.md',
    command: 'curl -s http://localhost:12011/v1/rules > rules.json',
    run: 'curl -s http://localhost:12011/v1/rules > rules.json; jq -c .total rules.json',
    prints: /^3\n$/,
  },
  { document: 'operations/backup.md', command: 'betrace rules import rules.json', prints: /slow: unchanged/ },
  {
    document: 'operations/backup.md',
    command: 'betrace restore betrace.ndjson.gz --storage-path=data',
    run: 'betrace restore betrace.ndjson.gz --storage-path=restored',
    prints: /: 3 rules and \d+ violations of .*betrace\.ndjson\.gz/,
  },
  { document: 'migration.md', command: 'betrace rules convert --help', prints: /^betrace rules convert / },
];

const absent = await missing('curl', 'jq', 'openssl');
if (absent.length > 0) process.stderr.write(`SKIPPED: commands of documents, because this machine has no ${absent.join(' and ')}\n`);

/** Single commands of documents that are no walk; those of guides, runbooks, tutorial and README have tests of their own. */
(absent.length > 0 ? describe.skip : describe)('a command of a document', () => {
  let storage: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  let printed: readonly string[];
  beforeAll(async () => {
    storage = await storageFolder();
    const key = join(storage.path, 'private.pem');
    await shell(`openssl genpkey -algorithm ed25519 -out ${key}`);
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: join(storage.path, 'data'), BETRACE_PRIVATE_KEY: key } });
    expect((await betrace.json('POST', '/v1/rules', { name: 'slow', expression: 'span.duration > 1s' })).status).toBe(201);
    await eventually('the line of the audit log', async () => betrace.logs().includes('rule.created') || undefined);
    writeFileSync(join(storage.path, 'server.log'), betrace.logs());
    const script = COMMANDS.map(({ command, run = command }, at) => `${run}\necho '=== end of ${at} ==='`)
      .join('\n')
      .replaceAll('http://localhost:12011', betrace.url)
      .replaceAll('npm run -s betrace --', 'betrace');
    const head = `export BETRACE_URL=${betrace.url}\nbetrace() { ${process.execPath} --disable-warning=ExperimentalWarning ${entryOf('cli')} "$@"; }`;
    printed = (await shell(`${head}\n${script}`, storage.path, 280_000)).split(/\n?=== end of \d+ ===\n/).map((text) => `${text}\n`);
  }, 300_000);
  afterAll(async () => {
    await betrace?.stop();
    await storage?.remove();
  });

  it.each(COMMANDS.map((each, at) => ({ ...each, at })))(
    'of $document prints what is expected: $command',
    ({ document, command, prints, at }) => {
      const text = readFileSync(join(REPOSITORY, 'docs', document), 'utf8');
      expect(text).toContain(command);
      expect(printed[at]).toMatch(prints);
    },
  );
});
