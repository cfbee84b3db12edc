// npm run site: the documents of the repository as pages with a search that needs no server, in dist/site. Fails at a link that leads nowhere.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const root = dirname(dirname(import.meta.dirname));
const source = join(root, '.cache', 'site');
const out = join(root, 'dist', 'site');
/** Where files that are not pages can be looked at: the address of a repository, without it they are text. */
const repository = process.env.SITE_REPOSITORY?.replace(/\/$/, '');

const pages = globSync(
  ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE', 'docs/**/*.md', 'examples/**/README.md', 'deploy/**/README.md', 'apps/grafana/README.md'],
  { cwd: root, exclude: (name) => name === 'node_modules' },
)
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !file.includes('node_modules/'))
  .sort();
const known = new Set(pages);
const pictures = globSync('docs/images/*', { cwd: root }).map((file) => file.replaceAll('\\', '/'));

/** The page of a folder is its README. */
const asPage = (file) => file.replace(/(^|\/)README\.md(?=#|$)/, '$1index.md');

/** The link as the site has it: what is not a page is a file of the repository. */
function rewritten(target, page) {
  const [path, anchor] = target.split('#');
  if (/^[a-z]+:/.test(target) || path === '') return target;
  const file = posix.normalize(posix.join(posix.dirname(page), decodeURI(path))).replace(/\/$/, '');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (known.has(file) && file.endsWith('.md')) return asPage(target);
  if (pictures.includes(file)) return target;
  if (known.has(`${file}/README.md`)) return `${path.replace(/\/?$/, '/')}index.md${hash}`;
  if (!existsSync(join(root, file))) throw new Error(`${page}: there is no ${target}`);
  return repository === undefined ? undefined : `${repository}/blob/main/${file}${hash}`;
}

/** Markdown outside of code, by a function. */
const outsideCode = (text, change) =>
  text
    .split(/(^ *(?:```|~~~)[\s\S]*?^ *(?:```|~~~)$|^(?: {4}|\t).*$|`[^`\n]*`)/m)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');

rmSync(source, { recursive: true, force: true });
rmSync(out, { recursive: true, force: true });
for (const page of pages.filter((file) => file.endsWith('.md'))) {
  // The text of a link may be code: a link is rewritten as a whole, and code as it is.
  const written = readFileSync(join(root, page), 'utf8').replaceAll('```promql', '```text'); // of which the colours are unknown
  const linked = written.replace(/(!?)\[((?:[^\][]|\[[^\]]*\])*)\]\(([^()\s]+)\)/g, (all, picture, text, target) => {
    const to = rewritten(target, page);
    return to === undefined ? text : `${picture}[${text}](${to})`;
  });
  const file = join(source, asPage(page));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, outsideCode(linked, (text) => text.replaceAll('{{', '&#123;&#123;')));
}
writeFileSync(join(source, 'tsconfig.json'), '{}\n'); // not that of the root
for (const picture of pictures) cpSync(join(root, picture), join(source, picture));
cpSync(join(root, 'docs/operations/capacity.json'), join(source, 'docs/operations/capacity.json')); // of the calculator
cpSync(join(import.meta.dirname, '.vitepress'), join(source, '.vitepress'), { recursive: true });
symlinkSync(join(import.meta.dirname, 'node_modules'), join(source, 'node_modules'), 'junction');

const vitepress = join(import.meta.dirname, 'node_modules', 'vitepress', 'bin', 'vitepress.js');
const { status } = spawnSync(process.execPath, [vitepress, 'build', source, '--outDir', out], { stdio: ['ignore', 2, 2], cwd: source });
if (status === 0) process.stderr.write(`betrace: ${pages.length - 1} documents as pages in dist/site\n`);
process.exitCode = status ?? 1;
