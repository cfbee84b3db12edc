// npm run executable: one file for this machine's platform, which needs no Node. It has the same sources as the bundle. It contains
// the Node that runs this script, the command line with all servers, the entries of the threads, the console and the page of the API.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { inject } from 'postject';
import { withNode } from './sbom-with-runtime.mjs';
import { processes, rewritten, root, threads } from './rewritten.mjs';

const of = createRequire(join(root, 'package.json'));
const bundle = join(root, 'dist', 'bundle');
const out = join(root, 'dist', 'executable');
const work = join(out, 'parts');
const windows = process.platform === 'win32';
const file = join(out, windows ? 'betrace.exe' : 'betrace');

rmSync(out, { recursive: true, force: true });
mkdirSync(work, { recursive: true });

/** `await` at the top of an entry, which CommonJS does not have, is that of a function. TypeScript writes an import in one line. */
const withoutTopLevelAwait = (text) => {
  const imports = /^(?:import .*;|#!.*)$/gm;
  return `${(text.match(imports) ?? []).filter((line) => line.startsWith('import')).join('\n')}\n(async () => {\n${text.replace(imports, '')}\n})();\n`;
};
const entries = new Set([...Object.values(processes), ...Object.values(threads)].map((path) => join(root, path)));

/** A thread's entry is in the executable, as text. */
const workers = (text) =>
  /\bnew Worker\(/.test(text)
    ? `import { getAsset } from 'node:sea';\n${text.replace(/\bnew Worker\((\S+), \{/g, "new Worker(getAsset($1.pathname, 'utf8'), { eval: true,")}`
    : text;

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Modules that are imported dynamically are in the file, too; the others are modules of Node.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': 'betraceUrl', 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  banner: { js: "const betraceUrl=require('node:url').pathToFileURL(process.execPath).href;" },
  plugins: [
    rewritten({
      urlOfThread: (name) => `new URL('thread:${name}.js')`,
      edit: (text, path) => workers(entries.has(path) ? withoutTopLevelAwait(text) : text),
    }),
  ],
};
const reflect = JSON.stringify(join(dirname(of.resolve('reflect-metadata')), 'Reflect.js'));
const importOf = (path) => `import(${JSON.stringify(join(root, path))})`;

/** The command line; `serve`, or nothing but flags, is a server. */
const { cli, ...servers } = processes;
const main = `import ${reflect};
const servers = { ${Object.entries(servers).map(([name, path]) => `${name}: () => ${importOf(path)}`)} };
const [first = '', second = ''] = process.argv.slice(2);
const flag = first.startsWith('-') && !['-h', '--help', '-V', '--version'].includes(first);
const named = first === 'serve' && Object.hasOwn(servers, second);
if (first === 'serve' || flag) {
  process.argv.splice(2, flag ? 0 : named ? 2 : 1);
  void servers[named ? second : 'standalone']();
} else void ${importOf(cli)};
`;
await build({ ...shared, stdin: { contents: main, resolveDir: root }, outfile: join(work, 'main.js') });
for (const [name, path] of Object.entries(threads)) {
  const contents = `import ${reflect};\nimport ${JSON.stringify(join(root, path))};\n`;
  await build({ ...shared, stdin: { contents, resolveDir: root }, outfile: join(work, `${name}.js`) });
}

// The list of what the file contains: as a file next to it, and inside it.
const sbom = join(out, 'sbom.cdx.json');
writeFileSync(sbom, `${JSON.stringify(withNode(JSON.parse(readFileSync(join(bundle, 'sbom.cdx.json'), 'utf8'))), undefined, 2)}\n`);
const files = globSync(['console/**/*', 'swagger-ui/*', 'package.json', 'LICENSE', 'THIRD-PARTY-NOTICES.txt'], { cwd: bundle });
const assets = Object.fromEntries(
  files.filter((name) => statSync(join(bundle, name)).isFile()).map((name) => [name.replaceAll('\\', '/'), join(bundle, name)]),
);
assets['sbom.cdx.json'] = sbom;
for (const name of Object.keys(threads)) assets[`${name}.js`] = join(work, `${name}.js`);
const blob = join(work, 'betrace.blob');
const configuration = {
  main: join(work, 'main.js'),
  output: blob,
  disableExperimentalSEAWarning: true,
  useCodeCache: true,
  execArgv: ['--disable-warning=ExperimentalWarning'],
  assets,
};
writeFileSync(join(work, 'sea.json'), JSON.stringify(configuration));
execFileSync(process.execPath, ['--experimental-sea-config', join(work, 'sea.json')], { stdio: ['ignore', 'ignore', 'inherit'] });

copyFileSync(process.execPath, file);
chmodSync(file, 0o755);
const mac = process.platform === 'darwin';
// Removes the symbols of functions, which nothing here uses; before the blob is injected, because strip does not know about it.
if (process.platform === 'linux') spawnSync('strip', [file], { stdio: 'ignore' });
if (mac) execFileSync('codesign', ['--remove-signature', file], { stdio: 'inherit' });
await inject(file, 'NODE_SEA_BLOB', readFileSync(blob), {
  sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
  ...(mac ? { machoSegmentName: 'NODE_SEA' } : {}),
});
if (mac) execFileSync('codesign', ['--sign', '-', file], { stdio: 'inherit' });
rmSync(work, { recursive: true });
process.stderr.write(`betrace: ${(statSync(file).size / 2 ** 20).toFixed(0)} MiB in ${file.slice(root.length + 1)}, with Node ${process.version}\n`);
