// Checks that the files and headings in links and comments exist. `npm run check` runs it.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { frontEndFiles, repositoryRoot, sourceFiles } from '../source-files.js';

const code = /^(```|~~~)[\s\S]*?^\1|`[^`\n]*`/gm;
const link = /\]\(([^()\s]+)\)/g;
const heading = /^#{1,6} +(.+)$/gm;

/**
 * The problems of a document, one sentence each.
 * @param read the text of another file; undefined when it does not exist, '' for a folder
 */
export function linkProblems(path: string, text: string, read: (path: string) => string | undefined): string[] {
  return [...text.replaceAll(code, '').matchAll(link)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const found = file === '' ? text : read(join(dirname(path), decodeURI(file)));
    if (found === undefined) return [`${path}: there is no ${target}`];
    if (anchor === undefined || (file !== '' && !file.endsWith('.md'))) return [];
    return anchorsOf(found).includes(anchor) ? [] : [`${path}: ${target} names no heading`];
  });
}

const comment = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
/** A document's path from the root; a decision may be named by its number. */
const namedDocument = /(?<![\w./-])docs\/[\w-]+(?:\/[\w-]+)*(?:\.\w+)?/g;
const namedSource = /`((?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)*\.tsx?)`/g;

/**
 * The missing files that comments or a document name, one sentence each: documents (`docs/dsl.md`, `docs/decisions/0012`) and source files (in backticks).
 * @param documents paths from the root
 * @param sources see `endingsOf`
 */
export function commentProblems(path: string, text: string, documents: readonly string[], sources: ReadonlySet<string>): string[] {
  const comments = path.endsWith('.md') ? text : (text.match(comment) ?? []).join('\n');
  const noDocument = [...comments.matchAll(namedDocument)]
    .map(([name]) => name)
    .filter((name) => !documents.some((document) => document === name || (/\/\d{4}$/.test(name) && document.startsWith(`${name}-`))));
  const noSource = [...comments.matchAll(namedSource)].map(([, name = '']) => name).filter((name) => !sources.has(name));
  return [...noDocument, ...noSource].map(
    (name) => `${path}: ${path.endsWith('.md') ? 'it' : 'a comment'} names ${name}, which does not exist`,
  );
}

/** The ways to name files: the name alone, and after one or more of its folders. */
export function endingsOf(paths: readonly string[]): Set<string> {
  return new Set(
    paths.flatMap((path) => {
      const parts = path.split('/');
      return parts.map((_, index) => parts.slice(index).join('/'));
    }),
  );
}

/** As in renderers of Markdown: lower case, hyphens for spaces, no other punctuation. */
function anchorsOf(text: string): string[] {
  return [...text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(heading)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function readBelowRoot(path: string): string | undefined {
  const file = join(repositoryRoot, path);
  if (!existsSync(file)) return undefined;
  return file.endsWith('.md') ? readFileSync(file, 'utf8') : '';
}

if (process.argv[1] === import.meta.filename) {
  const documents = globSync('{*.md,{apps,libs,docs,deploy,test,bench,examples,scripts}/**/*.md}', { cwd: repositoryRoot });
  const ours = documents.filter((path) => !path.includes('node_modules')).sort();
  const sources = [...sourceFiles(), ...frontEndFiles()];
  const known = globSync('docs/**/*', { cwd: repositoryRoot }).map((path) => path.replaceAll('\\', '/'));
  const names = endingsOf(sources);
  const problems = [
    ...ours.flatMap((path) => linkProblems(path, readBelowRoot(path) ?? '', readBelowRoot)),
    // The changelog names files of former versions.
    ...ours.filter((path) => path !== 'CHANGELOG.md').flatMap((path) => commentProblems(path, readBelowRoot(path) ?? '', known, names)),
    ...sources.flatMap((path) => commentProblems(path, readFileSync(join(repositoryRoot, path), 'utf8'), known, names)),
  ];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
