// Links of documents: files and headings that they name exist. `npm run check` runs it.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './source-files.js';

const code = /^(```|~~~)[\s\S]*?^\1|`[^`\n]*`/gm;
const link = /\]\(([^()\s]+)\)/g;
const heading = /^#{1,6} +(.+)$/gm;

/**
 * The problems of one document, one sentence each.
 * @param read the text of another file, undefined when there is none, '' for a folder
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

/** As renderers of Markdown make them: lower case, spaces as dashes, no other marks. */
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
  const problems = ours.flatMap((path) => linkProblems(path, readBelowRoot(path) ?? '', readBelowRoot));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
