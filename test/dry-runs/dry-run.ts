// What the compiler says of a change before anything else is changed: the files that it names are those that the change needs.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from '../../scripts/source-files.js';

/** The first part of a change: in a file of the repository one text, which it has once, becomes another. */
export interface DryRun {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** What is compiled, of the repository. What it imports is read. */
  readonly folders: readonly string[];
}

/** Files as they are, parsed once for all runs. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The files that no longer compile, sorted, without specs; nothing is written. Throws where the file does not have the text. */
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
