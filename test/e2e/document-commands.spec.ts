import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandsOf } from '../../scripts/check/document-commands.js';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { REPOSITORY } from '../harness/repository.js';
import { missing, shell } from '../harness/shell.js';

function documentOf(name: string): string {
  return readFileSync(join(REPOSITORY, 'docs', name), 'utf8');
}

interface Tried {
  readonly document: string;
  /** As in the document. */
  readonly command: string;
  readonly prints: RegExp;
  /** The command to run instead, with another path than the document's. */
  readonly run?: string;
}

const inConnect = (begin: string) => commandsOf(documentOf('connect.md')).find((command) => command.startsWith(begin)) ?? 'it is gone';
const KEYS = inConnect("echo 'keys:'");
const TRACE_LINK = inConnect('export BETRACE_CONSOLE_TRACE_LINK');
/** Follows a command that starts a server at the second address of this test. */
const UNTIL_READY = '& until curl -sf $OTHER_URL/health > health.json; do sleep 0.2; done';
const STOP = 'kill $!; wait $! || true';

const COMMANDS: readonly Tried[] = [
  {
    document: 'connect.md',
    command: `curl -X POST http://localhost:12011/v1/spans -H 'Content-Type: application/json' \\
  -d '{"spans": [{"trace_id": "hello", "span_id": "a", "name": "hello", "start_time": "2026-01-01T00:00:00Z", "duration": 1000000}]}'`,
    prints: /\{"accepted":1,"rejected":0\}/,
  },
  {
    document: 'connect.md',
    command: KEYS,
    run: `${KEYS} ${UNTIL_READY}; cat keys.yaml; curl -s -o answer.json -w '%{http_code}' $OTHER_URL/v1/rules; ${STOP}`,
    prints: /^keys:\n {2}- name: "shop"\n {4}sha256: [0-9a-f]{64}\n {4}scopes: \[ingest\][\s\S]*name: "pipeline"[\s\S]*\n401\n/,
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
  {
    document: 'rule-files.md',
    command: 'npm run betrace -- check --strict rules',
    run: 'npm run betrace -- check --strict rules && echo nothing is wrong',
    prints: /^nothing is wrong\n$/,
  },
  { document: 'rule-files.md', command: 'npm run betrace -- test rules', prints: /[1-9]\d* passed, 0 failed/ },
  { document: 'rule-files.md', command: 'npm run betrace -- rules import --url http://localhost:12011 rules', prints: /: created\n/ },
  {
    document: 'connect.md',
    command: TRACE_LINK,
    run: `${TRACE_LINK}\nnpm start ${UNTIL_READY}; curl -s $OTHER_URL/ui/settings.json; ${STOP}`,
    prints: /grafana\.example\.com/,
  },
  {
    document: 'operations/own-traces.md',
    command: 'BETRACE_TRACING_ENDPOINT=tempo:4317 npm start',
    run: `BETRACE_TRACING_ENDPOINT=tempo:4317 npm start ${UNTIL_READY}; curl -s $OTHER_URL/health; ${STOP}`,
    prints: /"status":/,
  },
];

const absent = await missing('curl', 'jq', 'openssl');
if (absent.length > 0) process.stderr.write(`SKIPPED: commands of documents, because this machine has no ${absent.join(' and ')}\n`);

/** Single commands of documents; guides, runbooks, tutorial and README, which are walks, have tests of their own. */
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
      .replaceAll(/npm run (?:-s )?betrace --/g, 'betrace');
    // `npm start` runs the started server's program; test/e2e/ci-recipe.spec.ts starts it by npm.
    const [http, grpc] = await freePorts(2);
    const [rules = ''] = /(?<=```yaml\n)[\s\S]*?(?=```)/.exec(documentOf('rule-files.md')) ?? [];
    mkdirSync(join(storage.path, 'rules'));
    writeFileSync(join(storage.path, 'rules/rules.yaml'), rules);
    const head = `export BETRACE_URL=${betrace.url} OTHER_URL=http://127.0.0.1:${http} BETRACE_HTTP_PORT=${http} BETRACE_GRPC_PORT=${grpc}
npm() { [ "$*" = start ] && exec ${process.execPath} ${entryOf('standalone')} > server-of-document.log 2>&1; }
betrace() { ${process.execPath} --disable-warning=ExperimentalWarning ${entryOf('cli')} "$@"; }`;
    printed = (await shell(`${head}\n${script}`, storage.path, 280_000)).split(/\n?=== end of \d+ ===\n/).map((text) => `${text}\n`);
  }, 300_000);
  afterAll(async () => {
    await betrace?.stop();
    await storage?.remove();
  });

  it.each(COMMANDS.map((each, at) => ({ ...each, at })))(
    'of $document prints what is expected: $command',
    ({ document, command, prints, at }) => {
      expect(documentOf(document)).toContain(command);
      expect(printed[at]).toMatch(prints);
    },
  );
});
