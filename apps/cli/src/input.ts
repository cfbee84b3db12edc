import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, UsageError } from './problems.js';
import type { Terminal } from './terminal.js';

/** A text to process, and its name in messages. */
export interface Input {
  readonly file: string;
  readonly text: string;
  /** Whether it is a YAML or JSON document of rules; otherwise one expression. */
  readonly isRuleFile: boolean;
}

const RULE_FILE = /\.(ya?ml|json)$/i;

/** The named files (a directory: all rule files below it; `-`: standard input), or the expression of `-e`. */
export async function readInputs(
  { files, expression }: { readonly files: readonly string[]; readonly expression?: string | undefined },
  terminal: Terminal,
): Promise<readonly Input[]> {
  if (expression !== undefined && files.length > 0) throw new UsageError('give files or -e, not both');
  if (expression !== undefined) return [{ file: 'expression', text: expression, isRuleFile: false }];
  if (files.length === 0) throw new UsageError('give one file at least (or - for standard input)');
  const inputs: Input[] = [];
  for (const file of files.flatMap(expand)) {
    if (file === '-') inputs.push({ file: 'stdin', text: await terminal.stdin(), isRuleFile: false });
    else inputs.push({ file, text: readText(file), isRuleFile: RULE_FILE.test(file) });
  }
  return inputs;
}

function expand(name: string): readonly string[] {
  if (name === '-' || !isDirectory(name)) return [name];
  const below = readdirSync(name, { recursive: true, encoding: 'utf8' }).filter((file) => RULE_FILE.test(file));
  if (below.length === 0) throw new UsageError(`${name} holds no .yaml, .yml or .json file`);
  return below.sort().map((file) => join(name, file));
}

function isDirectory(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new CliError('BT_CLI_FILE', { action: 'read', file, reason: (error as Error).message });
  }
}

export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError('BT_CLI_FILE', { action: 'write', file, reason: (error as Error).message });
  }
}

const FORMATS = /^(?:csv|ndjson|json|text|yaml|yml)$/i;

/** The file that `--output` names. Throws a UsageError for a format: other commands take that there, and the output would go to an unexpected file. */
export function outputFile(output: string, hint: string): string {
  if (FORMATS.test(output)) throw new UsageError(`--output is a file here; ${hint}, and ./${output} is a file of this name`);
  return output;
}
