// Checks imports by the tables of allowed ones. `npm run check` runs it.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { frontEndFiles, repositoryRoot, sourceFiles } from '../source-files.js';
import { FLOORS } from './floors.js';
import { importsOf } from './imports.js';

/** A lib and the libs it may import. */
const libs: Readonly<Record<string, readonly string[]>> = {
  base: [],
  records: [],
  dsl: ['base', 'records'],
  otlp: ['base'],
  signing: ['base'],
  mcp: ['base', 'records'],
  waiting: [],
  platform: ['base', 'openapi', 'waiting'],
  openapi: [],
  files: [],
  engine: ['base', 'dsl', 'otlp', 'records'],
  messaging: ['base', 'files', 'platform', 'otlp', 'records', 'waiting'],
  cases: ['base', 'dsl', 'engine', 'otlp', 'records'],
  replay: ['engine', 'messaging', 'otlp', 'records'],
  store: ['base', 'files', 'platform', 'records'],
  ui: ['base', 'dsl'],
};

/** The libs of the front ends, which run in a browser. They share components, and import nothing of each other. */
const frontEnds: Readonly<Record<string, readonly string[]>> = {
  console: ['records', 'ui'],
  grafana: ['records', 'ui'],
};

/** An app may import every lib, and the module files of the apps named here. */
const apps: Readonly<Record<string, readonly string[]>> = {
  ingest: [],
  evaluator: [],
  api: [],
  standalone: ['ingest', 'evaluator', 'api'],
  cli: [],
  console: [],
  grafana: [],
};

/** The packages and Node modules that a pure lib may import; a lib that is not listed may import any. */
const packages: Readonly<Record<string, readonly string[]>> = {
  base: [],
  records: [],
  dsl: ['fengari', 're2js'], // no Node module: it runs in a browser
  otlp: ['node:crypto'],
  signing: ['node:crypto'],
  engine: ['node:crypto'],
  cases: [],
  // Of the front end that is built. `node:path` finds files in builds, and `re2js` is the one of `dsl`.
  ui: [
    '@codemirror/autocomplete',
    '@codemirror/commands',
    '@codemirror/language',
    '@codemirror/lint',
    '@codemirror/state',
    '@codemirror/view',
    '@lezer/highlight',
    '@tanstack/react-virtual',
    'lucide-react',
    'node:path',
    're2js',
    'react',
  ],
};

/** A file whose layout is private to one folder, and that folder, which has methods for others. */
const insideOnly: Readonly<Record<string, string>> = {
  'libs/engine/src/assembly/table/trace-row.ts': 'libs/engine/src/assembly/', // bits and words of a trace's row: others ask OpenTraces
};

/** Folders whose files may need types of each other, with the reason. */
const MUTUAL: Readonly<Record<string, string>> = {
  'apps/cli/src/commands/': 'a command that completes names loads the list of all commands',
  'libs/dsl/src/script/write/': 'statements have expressions, whose functions have statements',
  'libs/dsl/src/interpret/pairs/joined/': 'an index gives buckets of spans, and a large bucket has an index',
  'libs/engine/src/rules/': 'the rules of an epoch give a rule set, which is the rules of its epoch',
};

const nestBelongsTo = /^(apps\/|libs\/(platform|openapi)\/|libs\/[a-z]+\/src\/[a-z-]+\.module\.ts$|test\/|bench\/|examples\/|scripts\/)/;
const isTest = (file: string): boolean => /\.(spec|test-d|contract)\.ts$/.test(file);

interface Place {
  readonly kind: string;
  readonly name: string;
}

/** `libs/dsl/src/parse/parse.ts` → lib dsl; `bench/main.ts` → bench; `apps/console/test/browser.ts` → test. */
function placeOf(file: string): Place {
  const [top = '', name = '', folder] = file.split('/');
  if (folder === 'test') return { kind: 'test', name: '' };
  return top === 'libs' || top === 'apps' ? { kind: top, name } : { kind: top, name: '' };
}

/** The source file of a specifier, relative to the repository; undefined for packages and Node modules. Front ends write files without their ending. */
function resolve(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#ui/')) return `libs/ui/src/${specifier.slice('#ui/'.length)}`;
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
  if (specifier.startsWith('#')) return `libs/${specifier.slice(1)}/src/index.ts`;
  return undefined;
}

function whyForbidden(file: string, specifier: string): string | undefined {
  const here = placeOf(file);
  const target = resolve(file, specifier);
  if (target === undefined) return whyPackageForbidden(file, here, specifier);
  const there = placeOf(target);
  const folder = insideOnly[target];
  if (folder !== undefined && !file.startsWith(folder)) return `is known inside ${folder} only`;
  if (specifier.startsWith('#')) {
    const lib = specifier.startsWith('#ui/') ? 'ui' : specifier.slice(1);
    if (lib === 'ui' && here.kind === 'apps' && !(here.name in frontEnds)) return 'is for the front ends';
    if (here.kind === 'apps' && frontEnds[here.name]?.includes(lib) === false) return `app ${here.name} may not import lib ${lib}`;
    if (!(lib in libs)) return `is not a lib; libs are ${Object.keys(libs).join(', ')}`;
    if (here.kind === 'libs' && here.name === lib) return 'is the lib itself; import the file';
    if (here.kind === 'libs' && !isTest(file) && !libs[here.name]?.includes(lib)) return `lib ${here.name} may not import lib ${lib}`;
    return undefined;
  }
  if (here.kind === there.kind && here.name === there.name) return isTest(file) ? undefined : whyUpward(file, target);
  if (here.kind === 'scripts' || here.kind === 'test' || here.kind === 'bench') return undefined;
  if (isTest(file) && /^test\/(fixtures|harness)\//.test(target)) return undefined;
  if (there.kind === 'libs') return `reaches into a lib; import #${there.name}`;
  if (there.kind !== 'apps') return `${here.kind} may not import ${there.kind}`;
  if (here.kind !== 'apps') return `${here.kind} may not import apps`;
  if (!apps[here.name]?.includes(there.name)) return `app ${here.name} may not import app ${there.name}`;
  return target.endsWith('.module.ts') ? undefined : `of another app only its module may be imported`;
}

/** Why a file may not import another one of its own lib or app. */
function whyUpward(file: string, target: string): string | undefined {
  const [kind = '', name = '', , ...path] = file.split('/');
  const floors = FLOORS[`${kind}/${name}`];
  if (!floors) return undefined;
  const [from, to] = [floorOf(floors, path.join('/')), floorOf(floors, target.split('/').slice(3).join('/'))];
  if (from < 0) return `${path.join('/')} has no floor; scripts/check/floors.ts lists them`;
  if (from >= to) return undefined;
  return `is above: ${floors[from]} may import ${floors.slice(0, from).join(', ') || 'nothing but itself'}`;
}

/** The floor of the folder or file to which a path below `src` belongs, by the longest matching name; -1: none. */
function floorOf(floors: readonly string[], path: string): number {
  let best = -1;
  floors.forEach((floor, i) => {
    const fits = path.startsWith(`${floor}/`) || path.replace(/\.tsx?$/, '') === floor;
    if (fits && (best < 0 || floor.length > floors[best]!.length)) best = i;
  });
  return best;
}

function whyPackageForbidden(file: string, here: Place, specifier: string): string | undefined {
  if (isTest(file)) return undefined;
  if (specifier.startsWith('@grafana/') && !file.startsWith('apps/grafana/')) return "Grafana's packages stay in apps/grafana";
  if (specifier.startsWith('@nestjs/') && !nestBelongsTo.test(file)) return 'Nest stays in apps, platform and *.module.ts';
  const allowed = here.kind === 'libs' ? packages[here.name] : undefined;
  if (!allowed || allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return undefined;
  return `lib ${here.name} may load only ${allowed.join(', ') || 'its own files'}`;
}

/** The problems of a set of sources (file → text), one sentence each. */
export function importProblems(sources: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  const withTypes = new Map<string, string[]>();
  for (const [file, text] of sources) {
    const edges: string[] = [];
    const all: string[] = [];
    for (const { specifier, line, atLoad } of importsOf(file, text)) {
      const why = whyForbidden(file, specifier);
      if (why) problems.push(`${file}:${line}: ${specifier}: ${why}`);
      const target = resolve(file, specifier);
      const imported = target === undefined ? undefined : [target, `${target}.ts`, `${target}.tsx`].find((path) => sources.has(path));
      if (imported === undefined) continue;
      all.push(imported);
      if (atLoad) edges.push(imported);
    }
    graph.set(file, edges);
    if (/^(libs|apps)\/[a-z]+\/src\//.test(file) && !isTest(file)) withTypes.set(file, all);
  }
  const loaded = cycles(graph).map((cycle) => `import cycle: ${cycle.join(' → ')}`);
  // A cycle of imports that load is one of types, too: it is reported once.
  const ofTypes = loaded.length > 0 ? [] : cycles(withTypes).filter((cycle) => !isMutual(cycle));
  return [...problems, ...loaded, ...ofTypes.map((cycle) => `cycle of types: ${cycle.join(' → ')}`)];
}

/** The imports that the tables allow and no file has, one sentence each. Otherwise an unneeded import would pass unnoticed. */
export function unusedPermissions(sources: ReadonlyMap<string, string>): string[] {
  const used = new Map<string, Set<string>>();
  for (const [file, text] of sources) {
    const importer = file.split('/').slice(0, 2).join('/');
    const names = used.get(importer) ?? new Set();
    used.set(importer, names);
    for (const { specifier } of importsOf(file, text)) if (specifier.startsWith('#')) names.add(specifier.slice(1).split('/')[0] ?? '');
  }
  const tables = [...Object.entries(libs).map(entryOf('libs')), ...Object.entries(frontEnds).map(entryOf('apps'))];
  return tables.flatMap(({ importer, allowed }) => {
    const names = used.get(importer);
    if (names === undefined) return [];
    return allowed.filter((lib) => !names.has(lib)).map((lib) => `${importer} may import lib ${lib}, and does not; remove the permission`);
  });
}

function entryOf(kind: string): (entry: [string, readonly string[]]) => { readonly importer: string; readonly allowed: readonly string[] } {
  return ([name, allowed]) => ({ importer: `${kind}/${name}`, allowed });
}

function isMutual(cycle: readonly string[]): boolean {
  return Object.keys(MUTUAL).some((folder) => cycle.every((file) => file.startsWith(folder)));
}

type Versions = Readonly<Record<string, string>>;

/** The packages of the components that both front ends do not have in one version, one sentence each. Those of the server are the same for both. */
export function versionProblems(ofConsole: Versions, ofGrafana: Versions, ofServer: Versions): string[] {
  return (packages['ui'] ?? [])
    .filter((name) => !name.startsWith('node:') && !(name in ofServer))
    .filter((name) => ofConsole[name] === undefined || ofConsole[name] !== ofGrafana[name])
    .map(
      (name) => `lib ui loads ${name}: ${ofConsole[name] ?? 'missing'} in apps/console, ${ofGrafana[name] ?? 'missing'} in apps/grafana`,
    );
}

/** One cycle for each back edge of a depth-first walk, each of which must be removed. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const path: string[] = [];
  const done = new Set<string>();
  const walk = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) walk(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) walk(file);
  return found;
}

if (process.argv[1] === import.meta.filename) {
  const dependenciesOf = (folder: string): Versions =>
    JSON.parse(readFileSync(join(repositoryRoot, folder, 'package.json'), 'utf8')).dependencies;
  const read = (file: string): [string, string] => [file, readFileSync(join(repositoryRoot, file), 'utf8')];
  const sources = new Map([...new Set([...sourceFiles(), ...frontEndFiles()])].map(read));
  const problems = [
    ...importProblems(sources),
    ...unusedPermissions(sources),
    ...versionProblems(dependenciesOf('apps/console'), dependenciesOf('apps/grafana'), dependenciesOf('.')),
  ];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
