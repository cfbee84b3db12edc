// Lists files that are too long (above 250 lines a warning, above 400 an error), and folders with too many files of different kinds. `npm run check` runs it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { frontEndFiles, repositoryRoot, sourceFiles } from '../source-files.js';

const warnAbove = 250;
const failAbove = 400;

/** Maximum of files in a folder before it should be split; specs and contracts beside their subjects do not count. */
const crowdedAbove = 15;
/** Folders with files of one kind, which may be many. */
const UNIFORM = ['libs/store/src/migrations', 'bench/cases'];

const isExempt = (file: string, text: string): boolean =>
  /\.(spec|contract|generated)\.ts$/.test(file) || /^\/[/*].*\bgenerated\b/i.test(text.split('\n', 1)[0] ?? '');

for (const file of [...sourceFiles(), ...frontEndFiles()]) {
  const text = readFileSync(join(repositoryRoot, file), 'utf8');
  const lines = text.split('\n').length - 1;
  if (lines <= warnAbove || isExempt(file, text)) continue;
  console.error(`${file}: ${lines} lines (${lines > failAbove ? `more than ${failAbove}: split it` : `aim at ${warnAbove}`})`);
  if (lines > failAbove) process.exitCode = 1;
}

const counts = new Map<string, number>();
for (const file of [...sourceFiles(), ...frontEndFiles()]) {
  if (/\.(spec|contract|test-d)\.ts$/.test(file)) continue;
  counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
}
for (const [folder, count] of counts) {
  if (count > crowdedAbove && !UNIFORM.includes(folder)) console.error(`${folder}: ${count} files (aim at ${crowdedAbove})`);
}
