// Checks that each command in a block of a document is run by a test, or is listed here with the reason why not. Commands within sentences have to exist.
// `npm run check` runs it.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../apps/cli/src/commands/commands.js';
import { commandWords } from '../../apps/cli/src/completion/command-words.js';
import { KEYS } from '../../libs/platform/src/configuration/settings/keys.js';
import { repositoryRoot } from '../source-files.js';
import { commandsOf } from './document-commands.js';
import { inlineCommandProblems, type KnownCommands } from './inline-commands.js';

/** `by`: the spec, or script of CI, that runs it; it names the document or the command. `not`: why no test runs it. */
type Ran = { readonly by: string } | { readonly not: string };
/** For a whole document, or for each command by its beginning. */
type Claims = Ran | readonly (Ran & { readonly command: string })[];

const SYSTEMD = 'it needs systemd as the first process; test/deploy/other-homes.spec.ts has systemd read the units';
const NIX = 'it needs Nix or Flox; test/deploy/nix.spec.ts evaluates what they are given';
const SETTING = 'it is a setting for an address elsewhere';
const DEVELOPER = 'it changes or measures the sources, by hand';

const CLAIMS: Readonly<Record<string, Claims>> = {
  'CONTRIBUTING.md': [
    { command: 'npm start', by: 'test/e2e/ci-recipe.spec.ts' },
    { command: 'npm test', by: '.ci/run' },
    { command: 'npm run check', by: '.ci/run' },
    { command: 'npm run bundle', by: 'test/harness/bundle.ts' },
    { command: 'npm run executable', by: 'test/deploy/executable.spec.ts' },
    { command: 'npm run site', by: 'test/deploy/site.spec.ts' },
    { command: 'npm run format', not: DEVELOPER },
    { command: 'npm run bench', not: DEVELOPER },
  ],
  'README.md': [
    { command: 'npm start', by: 'test/e2e/ci-recipe.spec.ts' },
    { command: 'npm test', by: '.ci/run' },
    { command: 'npm run demo', by: 'test/e2e/readme-tour.spec.ts' },
    { command: 'id=$(curl', by: 'test/e2e/readme-tour.spec.ts' },
    { command: 'curl', by: 'test/e2e/readme-tour.spec.ts' },
    { command: 'export OTEL_', by: 'test/e2e/opentelemetry-sdk.spec.ts' },
  ],
  'apps/grafana/README.md': { not: 'it packs what the tests in apps/grafana/test load' },
  'deploy/bundle/README.md': { by: 'test/deploy/npm-package.spec.ts' },
  'deploy/site/README.md': { by: 'test/deploy/site.spec.ts' },
  'docs/ci.md': { by: 'test/e2e/ci-recipe.spec.ts' },
  'docs/connect.md': [
    { command: 'export OTEL_SERVICE_NAME', by: 'test/e2e/opentelemetry-sdk.spec.ts' },
    { command: '# Java', not: "it needs the application's agent; test/peers runs the SDK for Python, test/e2e those for JavaScript" },
    { command: 'export OTEL_EXPORTER_OTLP_HEADERS', by: 'test/e2e/opentelemetry-sdk.spec.ts' },
    { command: "echo 'keys:'", by: 'test/e2e/document-commands.spec.ts' },
    { command: 'export BETRACE_CONSOLE_TRACE_LINK', by: 'test/e2e/document-commands.spec.ts' },
    { command: 'curl -X POST', by: 'test/e2e/document-commands.spec.ts' },
  ],
  'docs/deployment/README.md': { by: 'test/deploy/api-server.spec.ts' },
  'docs/deployment/executable.md': [
    { command: 'npm run executable', by: 'test/deploy/executable.spec.ts' },
    { command: './betrace', by: 'test/deploy/executable.spec.ts' },
    { command: 'np', by: 'test/deploy/npm-package.spec.ts' },
  ],
  'docs/deployment/nix.md': { not: NIX },
  'docs/deployment/releases.md': { not: 'it publishes a version' },
  'docs/deployment/systemd.md': { not: SYSTEMD },
  'docs/kafka-topics.md': [
    { command: 'KAFKA_RECEIVE_TOPICS', by: 'test/kafka/processes.spec.ts' },
    { command: 'npm run kafka', not: 'it runs until it is stopped; every test with Kafka starts the same broker' },
    { command: 'KAFKA_BROKERS=127.0.0.1:9092 npm start', by: 'test/kafka/processes.spec.ts' },
    { command: 'node scripts/run.mjs exec examples/kafka-producer', by: 'test/chaos/cluster.spec.ts' },
    { command: 'KAFKA_BROKERS=broker-1', by: 'test/kafka/secured-apps.spec.ts' },
  ],
  'docs/migration.md': { by: 'test/e2e/document-commands.spec.ts' },
  'docs/operations/accounting.md': { by: 'test/e2e/document-commands.spec.ts' },
  'docs/operations/backup.md': [
    { command: 'betrace', by: 'test/e2e/document-commands.spec.ts' },
    { command: 'DATABASE_URL', by: 'test/cli/backup.spec.ts' },
  ],
  'docs/operations/capacity.md': { by: 'test/examples/capacity.spec.ts' },
  'docs/operations/keys.md': { by: 'test/e2e/document-commands.spec.ts' },
  'docs/operations/notifications.md': { by: 'test/e2e/document-commands.spec.ts' },
  'docs/operations/own-traces.md': { by: 'test/e2e/document-commands.spec.ts' },
  'docs/operations/probe.md': [
    { command: 'npm run -s betrace -- probe', by: 'test/e2e/document-commands.spec.ts' },
    { command: 'betrace probe --url https', by: 'test/cli/probe.spec.ts' },
  ],
  'docs/operations/protection.md': [
    { command: 'npm run', by: 'test/e2e/document-commands.spec.ts' },
    { command: 'export', not: SETTING },
    { command: 'betrace serve', by: 'test/e2e/document-commands.spec.ts' },
  ],
  'docs/operations/runbooks.md': { by: 'test/deploy/runbooks.spec.ts' },
  'docs/operator-guide.md': { by: 'test/e2e/operator-guide.spec.ts' },
  'docs/rule-files.md': { by: 'test/e2e/document-commands.spec.ts' },
  'docs/tutorial.md': { by: 'test/examples/tutorial.spec.ts' },
  'docs/user-guide.md': { by: 'test/e2e/user-guide.spec.ts' },
  'examples/README.md': { by: 'test/examples/examples.spec.ts' },
};

/**
 * The problems of a document, one sentence each: a command without a test, an entry without a command, and a spec that does not name the document.
 * @param read the text of a file; undefined when it does not exist
 */
export function commandProblems(
  path: string,
  markdown: string,
  claims: Claims | undefined,
  read: (file: string) => string | undefined,
): readonly string[] {
  const commands = commandsOf(markdown);
  const rules = claims === undefined ? [] : 'length' in claims ? claims : [{ command: '', ...claims }];
  const stale = rules
    .filter(({ command }) => !commands.some((each) => each.startsWith(command)))
    .map(({ command }) => `${path}: no command begins with "${command}", of which scripts/check/check-commands.ts tells`);
  const problems = commands.flatMap((command) => {
    const [line = ''] = command.split('\n');
    // The longest matching beginning counts.
    const [claim] = rules.filter((rule) => command.startsWith(rule.command)).sort((a, b) => b.command.length - a.command.length);
    if (claim === undefined) return [`${path}: no test runs "${line}", and scripts/check/check-commands.ts has no reason`];
    if (!('by' in claim)) return [];
    const spec = read(claim.by);
    if (spec === undefined) return [`${path}: there is no ${claim.by}`];
    if (spec.includes(path.replace(/^docs\//, '')) || spec.includes(line)) return [];
    return [`${path}: ${claim.by} names neither the document nor the command "${line}"`];
  });
  return [...new Set([...stale, ...problems])];
}

async function knownCommands(): Promise<KnownCommands> {
  const packages = ['package.json', ...globSync('{apps,deploy}/*/package.json', { cwd: repositoryRoot })];
  const scripts = packages.flatMap((file) => {
    const { scripts = {} } = JSON.parse(readFileSync(join(repositoryRoot, file), 'utf8')) as {
      readonly scripts?: Readonly<Record<string, string>>;
    };
    return Object.keys(scripts);
  });
  const words = commandWords(await Promise.all(Object.values(COMMANDS).map((load) => load())));
  return {
    scripts: new Set(scripts),
    commands: new Map(words.map(({ name, options }) => [name, new Set(options.map((option) => option.name))])),
    flags: new Set([...KEYS.flatMap(({ flags }) => flags), '--config']),
  };
}

if (process.argv[1] === import.meta.filename) {
  const documents = globSync('{*.md,{apps,docs,deploy,examples}/**/*.md}', { cwd: repositoryRoot })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules') && path !== 'CHANGELOG.md');
  const read = (file: string) => (existsSync(join(repositoryRoot, file)) ? readFileSync(join(repositoryRoot, file), 'utf8') : undefined);
  const gone = Object.keys(CLAIMS).filter((path) => !documents.includes(path));
  const known = await knownCommands();
  const problems = [
    ...documents.flatMap((path) => inlineCommandProblems(path, read(path) ?? '', known)),
    ...gone.map((path) => `there is no ${path}, of which scripts/check/check-commands.ts tells`),
    ...documents.flatMap((path) => commandProblems(path, read(path) ?? '', CLAIMS[path], read)),
  ];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
