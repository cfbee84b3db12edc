// The compiler's errors after the first part of a change: they name the files that the change needs.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from '../../scripts/source-files.js';

/** The first part of a change: replaces a text in a file, which contains it once. */
export interface DryRun {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The compiled folders of the repository, with their imports. */
  readonly folders: readonly string[];
}

/** Parsed files, shared by all runs. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The files that no longer compile, sorted, without specs; nothing is written. Throws if the file lacks the text. */
export function namedFiles({ file, find, replace, folders }: DryRun): readonly string[] {
  const edited = join(repositoryRoot, file);
  const parts = readFileSync(edited, 'utf8').split(find);
  if (parts.length !== 2) throw new Error(`${file} has the text ${parts.length - 1} times: ${find}`);
  const text = parts.join(replace);
  const { config } = ts.readConfigFile(join(repositoryRoot, 'tsconfig.json'), ts.sys.readFile);
  const include = { include: folders, exclude: ['**/*.spec.ts', '**/*.contract.ts'] };
  const { options, fileNames } = ts.parseJsonConfigFileContent({ ...config, ...include }, ts.sys, repositoryRoot);
  const host = ts.createCompilerHost(options, true);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, language) => {
    if (name === edited) return ts.createSourceFile(name, text, language, true);
    if (!parsed.has(name)) parsed.set(name, read(name, language));
    return parsed.get(name);
  };
  const program = ts.createProgram(fileNames, options, host);
  const problems = fileNames.flatMap((name) => program.getSemanticDiagnostics(program.getSourceFile(name)));
  const named = new Set(problems.map((problem) => relative(repositoryRoot, problem.file?.fileName ?? '')));
  return [...named].sort();
}
