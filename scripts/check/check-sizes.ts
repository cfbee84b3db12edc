// Lists files that grew too long: above 250 lines a warning, above 400 an error. `npm run check` runs it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleFiles, repositoryRoot, sourceFiles } from '../source-files.js';

const warnAbove = 250;
const failAbove = 400;

const isExempt = (file: string, text: string): boolean =>
  /\.(spec|contract|generated)\.ts$/.test(file) || /^\/[/*].*\bgenerated\b/i.test(text.split('\n', 1)[0] ?? '');

for (const file of [...sourceFiles(), ...consoleFiles()]) {
  const text = readFileSync(join(repositoryRoot, file), 'utf8');
  const lines = text.split('\n').length - 1;
  if (lines <= warnAbove || isExempt(file, text)) continue;
  console.error(`${file}: ${lines} lines (${lines > failAbove ? `more than ${failAbove}: split it` : `aim at ${warnAbove}`})`);
  if (lines > failAbove) process.exitCode = 1;
}
