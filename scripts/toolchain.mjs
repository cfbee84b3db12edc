// The preparation of every npm script: installs dependencies, finds Node 24, builds sources. Plain JavaScript without dependencies for Node 20, because it runs
// before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const say = (text) => process.stderr.write(`betrace: ${text}\n`);
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

export class ToolchainError extends Error {}

// ── dependencies ───────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * npm records in node_modules/.package-lock.json what it installed. Comparing that with package-lock.json takes a few milliseconds, and is right after any npm
 * command, even a manual one.
 */
export function dependenciesAreCurrent(folder = root) {
  const installedFile = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    if (!found) return entry.optional === true || entry.peer === true; // other platforms' packages
    return found.version === entry.version && found.integrity === entry.integrity && existsSync(join(folder, path));
  });
}

/** The packages of the root, or of an app with packages of its own. */
export async function ensureDependencies(folder = root) {
  if (dependenciesAreCurrent(folder)) return;
  const of = folder === root ? 'dependencies' : `dependencies of ${relative(root, folder)}`;
  await exclusively('install', async () => {
    if (dependenciesAreCurrent(folder)) return;
    const first = !existsSync(join(folder, 'node_modules'));
    refuseLink(join(folder, 'node_modules'));
    say(`installing ${of} (${first ? 'first time only' : 'package-lock.json changed'}) …`);
    const since = Date.now();
    if ((await npmCi(folder)) !== 0) {
      if (interrupted) throw new ToolchainError(`interrupted by ${interrupted}`);
      say('npm ci failed; trying once more …');
      if ((await npmCi(folder)) !== 0)
        throw new ToolchainError('npm ci failed twice; see its messages above. Is the npm registry reachable?');
    }
    say(`${of} installed in ${seconds(since)}`);
  });
}

/** Refuses a link: npm would delete the packages of the checkout that it leads to, which may be in use. */
function refuseLink(packages) {
  if (lstatSync(packages, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new ToolchainError(`${relative(root, packages)} is a link to packages that are not those of package-lock.json; remove the link`);
}

function npmCi(folder) {
  // Without node_modules/.bin at the front: npm must not run on a Node that it is about to delete.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(at('node_modules')));
  return run('npm', ['ci', '--include=dev', '--include=optional', '--loglevel=error', '--prefer-offline'], {
    cwd: folder,
    env: { ...process.env, PATH: path.join(delimiter) },
    shell: process.platform === 'win32',
    stdio: ['ignore', 2, 2],
  });
}

// ── the pinned Node ────────────────────────────────────────────────────────────────────────────────────────────────

const exe = process.platform === 'win32' ? 'node.exe' : 'node';
let foundNode;

/** The Node of the npm package `node`; where its binary does not exist or run (musl), any other Node >= 24. */
export function nodeBinary() {
  if (foundNode) return foundNode;
  const target = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const pinned = ['node', `node-${target}`, `node-bin-${target}`].map((name) => at('node_modules', name, 'bin', exe));
  const installer = at('node_modules', 'node', 'installArchSpecificPackage.js');
  if (!pinned.some(existsSync) && existsSync(installer)) {
    say('fetching Node 24 (its install script was not run by npm) …');
    spawnSync(process.execPath, [installer], { cwd: dirname(installer), stdio: ['ignore', 2, 2] });
  }
  foundNode = [...pinned, process.execPath, 'node'].find(isNode24);
  if (!foundNode) {
    throw new ToolchainError(
      `the npm package "node" has no Node 24 that runs on ${target}, and the Node in PATH is ${process.version}. ` +
        'Install Node 24 or newer (nodejs.org) and try again.',
    );
  }
  return foundNode;
}

function isNode24(binary) {
  if (binary === process.execPath) return Number(process.versions.node.split('.')[0]) >= 24;
  if (binary !== 'node' && !existsSync(binary)) return false;
  const answer = spawnSync(binary, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return answer.status === 0 && Number(answer.stdout.split('.')[0]) >= 24;
}

// ── build ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const sourceRoots = ['apps', 'libs', 'test', 'bench', 'examples', 'scripts'];
const consoleFolder = at('apps', 'console');
export const dashboardGenerator = at('deploy', 'grafana', 'generator');
export const bundler = at('deploy', 'bundle');
export const siteBuilder = at('deploy', 'site');
/** The components of both front ends, which are built as parts of them. */
const componentsFolder = at('libs', 'ui', 'src');
const foreign = new Set(['node_modules', 'dist', consoleFolder, at('apps', 'grafana'), dirname(componentsFolder)]); // a tool chain of their own

const isSource = (name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !/\.(spec|test-d)\.ts$/.test(name);

function* filesUnder(folder, skip = foreign) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      if (!skip.has(entry.name) && !skip.has(join(folder, entry.name))) yield* filesUnder(join(folder, entry.name), skip);
    } else yield join(folder, entry.name);
  }
}

const sources = () => sourceRoots.flatMap((name) => [...filesUnder(at(name))]).filter(isSource);

function fingerprint(files, settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
  const hash = createHash('sha256');
  for (const name of settings) hash.update(readFileSync(at(name)));
  for (const file of files.sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

const stampFile = at('dist', '.build-stamp');
const stamp = () => (existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '');

/** Compiles to dist/ if a source changed since the last build that succeeded. */
export async function ensureBuilt({ force = false } = {}) {
  if (!force && stamp() === fingerprint(sources())) return;
  await exclusively('build', async () => {
    const files = sources();
    const wanted = fingerprint(files); // before the compiler reads: a file saved meanwhile is built next time
    if (!force && stamp() === wanted) return;
    say('building …');
    const since = Date.now();
    rmSync(stampFile, { force: true });
    removeOutputsWithoutSource(files);
    if ((await tsc(['-p', 'tsconfig.build.json'])) !== 0) throw new ToolchainError('the build failed; see the messages above');
    writeFileSync(stampFile, wanted);
    say(`built in ${seconds(since)}`);
  });
}

// ── console ────────────────────────────────────────────────────────────────────────────────────────────────────────

const consoleStampFile = at('dist', 'console', '.build-stamp');

/** The inputs of the console's build: its sources, the components, the description of the API and the language's checker. */
function consoleFingerprint() {
  const files = [join(consoleFolder, 'src'), componentsFolder, ...['base', 'dsl', 'records'].map((lib) => at('libs', lib, 'src'))].flatMap(
    (folder) => [...filesUnder(folder, new Set())],
  );
  const sources = files.filter((file) => !/\.(generated|spec|test-d)\.ts$/.test(file));
  const settings = ['index.html', 'package-lock.json', 'tsconfig.json', 'vite.config.ts'].map((name) => join('apps', 'console', name));
  return fingerprint(sources, [...settings, join('docs', 'openapi.json')]);
}

/** Installs the console's packages, and generates the client's types from the API's description. */
export async function prepareConsole() {
  await ensureDependencies(consoleFolder);
  const generator = join(consoleFolder, 'node_modules', 'openapi-typescript', 'bin', 'cli.js');
  const written = join(componentsFolder, 'api', 'openapi.generated.ts');
  if (existsSync(written) && statSync(written).mtimeMs > statSync(at('docs', 'openapi.json')).mtimeMs) return;
  const made = await runNode([generator, at('docs', 'openapi.json'), '-o', written, '--default-non-nullable=false'], {
    cwd: consoleFolder,
    stdio: ['ignore', 'ignore', 2],
  });
  if (made !== 0) throw new ToolchainError("the types of the console's API client could not be made; see the messages above");
}

/** Builds the console to dist/console/ if its inputs changed since the last successful build. */
export async function ensureConsole({ force = false } = {}) {
  const built = () => existsSync(consoleStampFile) && readFileSync(consoleStampFile, 'utf8') === consoleFingerprint();
  if (!force && built()) return;
  await prepareConsole();
  await exclusively('console', async () => {
    if (!force && built()) return;
    say('building the console …');
    const since = Date.now();
    const wanted = consoleFingerprint();
    const vite = join(consoleFolder, 'node_modules', 'vite', 'bin', 'vite.js');
    // The same result for every caller (a test has NODE_ENV=test).
    const env = { ...process.env, NODE_ENV: 'production' };
    if ((await runNode([vite, 'build', '--logLevel', 'warn'], { cwd: consoleFolder, env, stdio: ['ignore', 2, 2] })) !== 0) {
      throw new ToolchainError('the build of the console failed; see the messages above');
    }
    writeFileSync(consoleStampFile, wanted);
    say(`console built in ${seconds(since)}`);
  });
}

/** Checks the types of the console and of its tests. */
export async function checkConsole() {
  await prepareConsole();
  const failed = [];
  for (const project of ['tsconfig.json', join('test', 'tsconfig.json')]) {
    if ((await tsc(['-p', join('apps', 'console', project)])) !== 0) failed.push(project);
  }
  return failed.length === 0 ? 0 : 1;
}

// ── bundle ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Builds dist/bundle, with build tools of its own, if its inputs changed. */
export async function ensureBundle() {
  await ensureBuilt();
  await ensureConsole();
  await ensureDependencies(bundler);
  const parts = [
    stampFile,
    consoleStampFile,
    join(bundler, 'bundle.mjs'),
    join(bundler, 'bundled.mjs'),
    join(bundler, 'rewritten.mjs'),
    join(bundler, 'betrace.js'),
    join(bundler, 'README.md'),
    join(bundler, 'package-lock.json'),
    at('package.json'),
  ];
  const wanted = parts.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex')).join('\n');
  const bundleStampFile = at('dist', '.bundle-stamp');
  const made = () => existsSync(bundleStampFile) && readFileSync(bundleStampFile, 'utf8') === wanted;
  await exclusively('bundle', async () => {
    if (made()) return;
    rmSync(bundleStampFile, { force: true });
    if ((await runNode([join(bundler, 'bundle.mjs')])) !== 0)
      throw new ToolchainError('the bundle could not be made; see the messages above');
    writeFileSync(bundleStampFile, wanted);
  });
}

/** Builds dist/executable/betrace, one file that needs no Node, for the platform and with the Node that run this. */
export async function makeExecutable() {
  await ensureBundle();
  if ((await runNode([join(bundler, 'executable.mjs')])) !== 0)
    throw new ToolchainError('the executable could not be made; see the messages above');
}

// ── Grafana plugin ─────────────────────────────────────────────────────────────────────────────────────────────────

const pluginFolder = at('apps', 'grafana');
/** The older Grafana in which the plugin is tested too, with packages of its own. */
const olderGrafana = join(pluginFolder, 'test', 'grafana-12');
const buildSettings = ['build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json', 'README.md'];

/** The inputs of the plugin's build: its sources, and the components. */
function pluginFingerprint() {
  const folders = [
    join(pluginFolder, 'src'),
    componentsFolder,
    ...['base', 'dsl', 'records'].map((lib) => at('libs', lib, 'src')),
    at('deploy', 'grafana', 'dashboards'),
  ];
  const files = folders.flatMap((folder) => [...filesUnder(folder, new Set())]).filter((file) => !/\.(generated|spec)\.ts$/.test(file));
  const settings = buildSettings.map((name) => join('apps', 'grafana', name));
  return fingerprint(files, [...settings, join('docs', 'openapi.json')]);
}

/** Builds the Grafana plugin to dist/grafana/ if its inputs changed. Its packages are large, so only its own scripts and tests call this. */
export async function ensurePlugin() {
  await ensureDependencies(pluginFolder);
  await ensureMade('the Grafana plugin', at('dist', 'grafana', '.build-stamp'), pluginFingerprint, [[join(pluginFolder, 'build.mjs')]]);
}

/** Builds the pages that host the plugin in its tests: one for each major version of Grafana, with its packages. */
export async function ensureGrafanaHosts() {
  await ensureDependencies(pluginFolder);
  await ensureDependencies(olderGrafana);
  const script = join(pluginFolder, 'test', 'host', 'build-host.mjs');
  const settings = [...buildSettings, join('test', 'grafana-12', 'package-lock.json')].map((name) => join('apps', 'grafana', name));
  const wanted = () => fingerprint([...filesUnder(dirname(script), new Set())], settings);
  const scripts = ['13', '12'].map((major) => [script, major]);
  await ensureMade("the pages of the plugin's tests", at('dist', 'grafana', '.hosts-stamp'), wanted, scripts);
}

/** Runs scripts in the plugin's folder, in order, if their inputs changed since they last succeeded. */
async function ensureMade(what, stampPlace, fingerprintNow, scripts) {
  const made = () => existsSync(stampPlace) && readFileSync(stampPlace, 'utf8') === fingerprintNow();
  if (made()) return;
  await exclusively('grafana', async () => {
    if (made()) return;
    say(`building ${what} …`);
    const since = Date.now();
    const wanted = fingerprintNow();
    const env = { ...process.env, NODE_ENV: 'production' };
    for (const script of scripts) {
      if ((await runNode(script, { cwd: pluginFolder, env, stdio: ['ignore', 2, 2] })) !== 0)
        throw new ToolchainError(`the build of ${what} failed; see the messages above`);
    }
    writeFileSync(stampPlace, wanted);
    say(`${what}: built in ${seconds(since)}`);
  });
}

/** Checks the types of the Grafana plugin and its tests; generates the types of the API first. */
export async function checkPlugin() {
  await prepareConsole();
  await ensureDependencies(pluginFolder);
  const failed = [];
  for (const project of ['tsconfig.json', join('test', 'tsconfig.json')]) {
    if ((await tsc(['-p', join('apps', 'grafana', project)])) !== 0) failed.push(project);
  }
  return failed.length === 0 ? 0 : 1;
}

/** TypeScript 7 (native, about 4 times faster); TypeScript 6 where it has no binary. */
export function tsc(args) {
  const native = at('node_modules', 'typescript-7', 'bin', 'tsc');
  return run(nodeBinary(), [existsSync(native) ? native : at('node_modules', 'typescript', 'bin', 'tsc'), ...args]);
}

/** Removes the output of renamed sources, which imports would still find. */
function removeOutputsWithoutSource(files) {
  const alive = new Set(files.map((file) => relative(root, file).replace(/\.ts$/, '')));
  for (const name of sourceRoots) {
    for (const output of filesUnder(at('dist', name), new Set())) {
      const stem = relative(at('dist'), output).replace(/\.js(\.map)?$/, '');
      if (/\.js(\.map)?$/.test(output) && !alive.has(stem)) rmSync(output);
    }
  }
}

// ── processes ──────────────────────────────────────────────────────────────────────────────────────────────────────

let interrupted;

/**
 * Runs a command to its end and returns its exit code. Signals are passed on to it, except Ctrl-C. A terminal sends Ctrl-C to all its processes, and
 * a second one would mean "stop at once" to a draining server. A signal to npm itself ends npm's shell, but not the processes in it, so being orphaned counts
 * as SIGTERM.
 */
export function run(command, args, { hearsLastStop = false, ...options } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    const pass = (signal) => {
      interrupted = signal;
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    // The signal marks an evaluator's next stop as final, and would end a compiler. Windows has no such signal.
    const announce = () => hearsLastStop && child.kill('SIGUSR2');
    if (process.platform !== 'win32') process.on('SIGUSR2', announce);
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event && process.ppid !== parent && !interrupted) pass('SIGTERM');
    }, 100);
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, pass);
      process.off('SIGUSR2', announce);
      done(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1));
    });
  });
}

export const runNode = (args, options) => run(nodeBinary(), args, options);

/** Serialises npm scripts in one clone: the second waits until the first has installed or built. */
async function exclusively(name, work) {
  const lock = at('.cache', `${name}.lock`);
  mkdirSync(dirname(lock), { recursive: true });
  for (let said = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!ownerIsAlive(lock)) rmSync(lock, { force: true });
      else if (!said) say(`waiting for another ${name} in this folder …`);
      said = true;
      await new Promise((tick) => setTimeout(tick, 100));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function ownerIsAlive(lock) {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    if (owner > 0) process.kill(owner, 0);
    return owner > 0 || Date.now() - statSync(lock).mtimeMs < 1000;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
