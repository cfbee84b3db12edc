// Checks names: files and folders are kebab-case and named after their contents, no two files or types are easily confused, and limits are maxima
// and minima. `npm run check` runs it.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { frontEndFiles, repositoryRoot, sourceFiles } from '../source-files.js';

const folder = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const file = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.tsx?$/;
const sayNothing = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'managers', 'misc', 'shared']);

/** The problems of one path, one sentence each. */
export function nameProblems(path: string): string[] {
  const parts = path.split('/');
  return parts.flatMap((part, index) => {
    const pattern = index === parts.length - 1 ? file : folder;
    if (!pattern.test(part)) return [`${path}: "${part}" is not kebab-case`];
    const stem = part.split('.')[0] ?? '';
    const empty = sayNothing.has(stem) || [...sayNothing].some((word) => stem.endsWith(`-${word}`));
    return empty ? [`${path}: "${stem}" does not say what it is; name it after its main export`] : [];
  });
}

const vagueLimit = /\bconst ((?:MOST|LONGEST|LARGEST|HIGHEST|GREATEST|LEAST|SHORTEST|FEWEST|LOWEST)(?:_[A-Z_]+)?)(?:: \w+)? = [\d(]/g;
const vagueNumber = /\bconst (TOLD|SAID|ASKED|KEPT|REMEMBERED|FRESH|AGAIN|AWAY|HOLDS|STAY|LOOK|SOON|ENOUGH|AHEAD)(?:: \w+)? = [\d(]/g;

/** Names of limits and other numbers that do not say what they limit or measure, one sentence each. */
export function limitProblems(path: string, text: string): string[] {
  return [
    ...[...text.matchAll(vagueLimit)].map(([, name]) => `${path}: "${name}" is a limit; name it MAX_… or MIN_… after what it limits`),
    ...[...text.matchAll(vagueNumber)].map(([, name]) => `${path}: "${name}" does not say what it measures; name that and the unit`),
  ];
}

const vagueVariable = /(?:\b(?:const|let) (told|said|heard|asked)(?=: | = | of )|\((?:private |readonly )*(told|said|heard|asked)\??: )/g;

const vagueEntry = /\b(?:const|let) known = [^;\n]*\.get\([^;\n]*\);/g;

/** Variables and parameters of a lib or app with names that do not say what they hold, one sentence each. */
export function variableProblems(path: string, text: string): string[] {
  if (!isSource(path) || TEST.test(path)) return [];
  return [
    ...[...text.matchAll(vagueVariable)].map(
      ([, variable, parameter]) => `${path}: "${variable ?? parameter}" does not say what it holds; name it by a noun`,
    ),
    ...[...text.matchAll(vagueEntry)].map(() => `${path}: "known" does not say what it holds; the entry that a map has is "existing"`),
  ];
}

const TEST = /\.(spec|test-d|memory|contract)\.tsx?$/;
const DECLARATION = /^export (?:declare |abstract |async )*(interface|type|class|enum|function\*?|const|let) (\w+)/gm;
const TYPE_KINDS = new Set(['interface', 'type', 'class', 'enum']);

/** Files whose one export shares no word with the name, with the reason. */
const OTHERWISE_NAMED: ReadonlyMap<string, string> = new Map([
  ['libs/dsl/src/sandbox/bridge/fengari.ts', 'passes on the package that it is named after'],
  ['libs/store/src/postgres/connection.ts', 'an adaptor is named after its port'],
  ['libs/store/src/sqlite/connection.ts', 'an adaptor is named after its port'],
]);

/** The problem of a file in a lib or app that has one export, which its name does not mention. */
export function exportNameProblems(path: string, text: string): string[] {
  if (!isSource(path) || TEST.test(path) || OTHERWISE_NAMED.has(path)) return [];
  const [only, ...others] = [...text.matchAll(DECLARATION)].map(([, , name = '']) => name);
  if (only === undefined || others.length > 0) return [];
  const words = new Set(roots(basename(path)));
  return roots(only.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replaceAll('_', '-')).some((word) => words.has(word))
    ? []
    : [`${path}: its one export is "${only}"; name the file after it`];
}

/** Pairs of files that differ by the ending of a word alone, with the reason. */
const LIKE_NAMED: ReadonlyMap<string, string> = new Map([
  ['apps/console/src/rules/rule-page.tsx rules-page.tsx', 'the page of one rule, and the page of all'],
  ['apps/console/src/shell/sign-in/sign-in.tsx signed-in.tsx', 'the form, and what is shown after it'],
  ['apps/grafana/src/rules/rule-page.tsx rules-page.tsx', 'the page of one rule, and the page of all'],
  ['apps/grafana/src/violations/violation-page.tsx violations-page.tsx', 'the page of one violation, and the page of all'],
  ['apps/evaluator/src/partition/preparation.ts preparations.ts', 'of one partition, and of all that an evaluator prepares for'],
  ['apps/ingest/src/receive/kafka/kafka-topic.ts kafka-topics.ts', 'one topic, and all that are configured'],
  ['libs/dsl/src/compile/compile-rule.ts compile-rules.ts', 'one rule, and the rules of a set together'],
  ['libs/platform/src/problem-details/problem.ts problems.ts', 'the error, and the codes of all errors'],
  ['libs/store/src/marks/mark.ts marks.ts', 'the record, and its queries'],
  ['libs/store/src/migrations/migration.ts migrations.ts', 'one step, and all in their order'],
  ['libs/store/src/sqlite/sqlite-thread.ts sqlite-threads.ts', 'one thread, and all of a connection'],
]);

/** The pairs of files in one folder that differ by the ending of a word (`needs` and `needed`), one sentence each. */
export function likeNameProblems(paths: readonly string[]): string[] {
  const first = new Map<string, string>();
  const problems: string[] = [];
  for (const path of paths) {
    if (TEST.test(path) || /\/index\.ts$/.test(path)) continue;
    const key = `${dirname(path)}/${roots(basename(path)).join('-')}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, path);
    else if (!LIKE_NAMED.has(`${other} ${basename(path)}`)) problems.push(`${path}: differs from ${basename(other)} by an ending alone`);
  }
  return problems;
}

/** Names that several types may have, with the reason. */
const SAME_NAMED: ReadonlyMap<string, string> = new Map([
  ['Connection', 'to Kafka and to a database: each is the connection of its lib'],
  ['Positions', 'both adaptors of the log have them'],
  ['Writer', 'both adaptors of the log have one'],
]);

/** The exported types that share their name with one of another file, one sentence each. Views of the API have the names of its document. */
export function typeNameProblems(sources: ReadonlyMap<string, string>): string[] {
  const first = new Map<string, string>();
  const problems: string[] = [];
  for (const [path, text] of sources) {
    if (!isSource(path) || TEST.test(path) || /\.dto\.ts$/.test(path)) continue;
    for (const [, kind = '', name = ''] of text.matchAll(DECLARATION)) {
      if (!TYPE_KINDS.has(kind) || SAME_NAMED.has(name)) continue;
      const other = first.get(name);
      if (other === undefined) first.set(name, path);
      else if (other !== path) problems.push(`${path}: "${name}" is a type of ${other}, too; say in its name what differs`);
    }
  }
  return problems;
}

/** A source of a lib or an app. Front ends are clients, which have types of their own and the names of the API. */
function isSource(path: string): boolean {
  return /^(libs|apps)\/[a-z]+\/src\//.test(path) && !/^(apps\/(console|grafana)|libs\/ui)\//.test(path);
}

/** The words of a name without their endings: `needed-spans` and `needs-span` have the same. */
function roots(name: string): string[] {
  const words = name
    .replace(/\.tsx?$/, '')
    .toLowerCase()
    .split(/[-.]/);
  return words.filter((word) => word !== '').map((word) => word.replace(/ies$/, 'y').replace(/(ing|ed|es|s|er|or|e)$/, ''));
}

if (process.argv[1] === import.meta.filename) {
  const paths = [...new Set([...sourceFiles(), ...frontEndFiles()])];
  const sources = new Map(paths.map((path) => [path, readFileSync(join(repositoryRoot, path), 'utf8')]));
  const problems = [
    ...[...sources].flatMap(([path, text]) => [
      ...nameProblems(path),
      ...limitProblems(path, text),
      ...variableProblems(path, text),
      ...exportNameProblems(path, text),
    ]),
    ...likeNameProblems(paths),
    ...typeNameProblems(sources),
  ];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
