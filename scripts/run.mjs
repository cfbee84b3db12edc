// node scripts/run.mjs <command> [arguments…]: the implementation of the npm scripts. Installs and builds what is missing first.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { testSeed } from './test-seed.mjs';
import {
  checkConsole,
  checkPlugin,
  dashboardGenerator,
  ensureBuilt,
  ensureBundle,
  ensureConsole,
  ensureDependencies,
  ensurePlugin,
  makeExecutable,
  root,
  runNode,
  siteBuilder,
  ToolchainError,
  tsc,
} from './toolchain.mjs';

const bin = (...parts) => join(root, 'node_modules', ...parts);
const biome = (args) => runNode([bin('@biomejs', 'biome', 'bin', 'biome'), ...args, ...(process.stdout.isTTY ? [] : ['--colors=off'])]);
const jest = (args) => {
  process.env.BETRACE_TEST_SEED = testSeed();
  process.stderr.write(`betrace: random values are made of BETRACE_TEST_SEED=${process.env.BETRACE_TEST_SEED}\n`);
  return runNode(['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', bin('jest', 'bin', 'jest.js'), ...args]);
};
const runBuilt = (script, args = [], nodeFlags = [], options = {}) => {
  const file = join(root, 'dist', script);
  if (!existsSync(file)) throw new ToolchainError(`${script.replace(/\.js$/, '.ts')} does not exist, or was not built`);
  return runNode(['--enable-source-maps', '--disable-warning=ExperimentalWarning', ...nodeFlags, file, ...args], options);
};
/** The generator of the dashboards has packages of its own, and runs without a build. */
const dashboards = async (args = []) => {
  await ensureDependencies(dashboardGenerator);
  return runNode(['--disable-warning=ExperimentalWarning', join(dashboardGenerator, 'generate.ts'), ...args]);
};
const checkDashboards = async () => {
  await ensureDependencies(dashboardGenerator);
  return (await tsc(['-p', join('deploy', 'grafana', 'generator')])) || dashboards(['--check']);
};
const generateDocuments = async () => (await built('scripts/documents/generate-docs.js')) || dashboards();
const built = async (...what) => {
  await ensureBuilt();
  return runBuilt(...what);
};
const build = async (args = []) => {
  const force = args.includes('--force');
  await ensureBuilt({ force });
  await ensureConsole({ force });
  return 0;
};
/** The production code with its packages in dist/bundle, with build tools of its own. */
const bundle = async () => {
  await ensureBundle();
  return 0;
};
/** One file that needs no Node, in dist/executable. */
const executable = async () => {
  await makeExecutable();
  return 0;
};
/** If the console cannot be built (no registry), the server does everything else, and explains at /ui how to build it. */
const start = async (app, args) => {
  await ensureBuilt();
  if (withConsole.has(app)) {
    await ensureConsole().catch((error) => {
      if (!(error instanceof ToolchainError)) throw error;
      process.stderr.write(`betrace: ${error.message}; the server starts without its console\n`);
    });
  }
  return runBuilt(`apps/${app}/src/main.js`, args, [], { hearsLastStop: true });
};
const withConsole = new Set(['standalone', 'api']);

/** Runs all steps even if one fails, so that one run shows everything; fails if one did. */
async function all(steps) {
  const failed = [];
  for (const [name, step] of Object.entries(steps)) {
    process.stderr.write(`betrace: check ${name}\n`);
    try {
      if ((await step()) !== 0) failed.push(name);
    } catch (error) {
      if (!(error instanceof ToolchainError)) throw error;
      process.stderr.write(`betrace: ${error.message}\n`);
      failed.push(name);
    }
  }
  if (failed.length > 0) process.stderr.write(`betrace: check failed: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}

const commands = {
  build,
  bundle,
  executable,
  /** The documents as pages with a search, in dist/site, with packages of their own. */
  site: async () => {
    await ensureDependencies(siteBuilder);
    return runNode([join(siteBuilder, 'build.mjs')]);
  },
  typecheck: async (args) => (await tsc(['-p', 'tsconfig.json', ...args])) || checkConsole(),
  lint: (args) => biome(['lint', ...args]),
  format: (args) => biome(['check', '--write', '--linter-enabled=false', ...args]),
  check: () =>
    all({
      types: () => tsc(['-p', 'tsconfig.json']),
      'types of the console': checkConsole,
      build: () => ensureBuilt().then(() => 0),
      'lint and format': () => biome(['check', '--error-on-warnings']),
      imports: () => runBuilt('scripts/check/check-imports.js'),
      exports: () => runBuilt('scripts/check/check-exports.js'),
      purity: () => runBuilt('scripts/check/check-purity.js'),
      names: () => runBuilt('scripts/check/check-names.js'),
      links: () => runBuilt('scripts/check/check-links.js'),
      'commands of documents': () => runBuilt('scripts/check/check-commands.js'),
      prose: () => runBuilt('scripts/check/check-prose.js'),
      sizes: () => runBuilt('scripts/check/check-sizes.js'),
      'generated documents': () => runBuilt('scripts/documents/generate-docs.js', ['--check']),
      dashboards: checkDashboards,
    }),
  /** `check`: the types of the Grafana plugin; without it: the zip that Grafana installs. Only these and its tests install its packages. */
  plugin: async ([what]) => {
    if (what === 'check') return checkPlugin();
    await ensurePlugin();
    return runNode([join(root, 'apps', 'grafana', 'package.mjs')]);
  },
  'docs:generate': generateDocuments,
  test: (args) => ensureBuilt().then(() => jest(args)),
  // Files first: jest takes every word after --selectProjects as a project.
  'test:unit': (args) => ensureBuilt().then(() => jest([...args, '--selectProjects', 'unit'])),
  'test:e2e': (args) => ensureBuilt().then(() => jest([...args, '--selectProjects', 'e2e'])),
  start: ([app, ...args]) => start(app, args),
  /** Flags before the script are Node's. */
  exec: (args) => {
    const at = args.findIndex((arg) => !arg.startsWith('-'));
    return built(args[at], args.slice(at + 1), args.slice(0, at));
  },
};

const [name, ...args] = process.argv.slice(2);
try {
  const command = commands[name];
  if (!command) throw new ToolchainError(`unknown command ${name}; known: ${Object.keys(commands).join(', ')}`);
  await ensureDependencies();
  process.exitCode = await command(args);
} catch (error) {
  process.stderr.write(`betrace: ${error instanceof ToolchainError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
