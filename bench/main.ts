// npm run bench [-- word…]: runs the cases of bench/cases/*.ts whose file or name contains one of the words, and prints a table.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BenchCase } from './case.js';
import { collectedBytes } from './collected-bytes.js';

const folder = join(import.meta.dirname, 'cases');
const words = process.argv.slice(2);
const isWanted = (file: string, name: string): boolean => words.length === 0 || words.some((word) => `${file} ${name}`.includes(word));

const lines: { name: string; value: string; unit: string; note: string }[] = [];
for (const file of (await readdir(folder)).filter((name) => name.endsWith('.js')).sort()) {
  const topic = file.replace(/\.js$/, '');
  const { cases } = (await import(pathToFileURL(join(folder, file)).href)) as { readonly cases?: readonly BenchCase[] };
  for (const { name, unit, run } of cases ?? []) {
    if (!isWanted(topic, name)) continue;
    process.stderr.write(`${topic}: ${name} …\n`);
    // Collects the garbage of the previous case. During the next case optimized code on the stack may keep it alive.
    collectedBytes();
    const { value, note = '' } = await run();
    lines.push({ name: `${topic}: ${name}`, value: digits(value), unit, note });
  }
}

/** Three significant digits, without an exponent. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

const width = (column: 'name' | 'value' | 'unit'): number => Math.max(0, ...lines.map((line) => line[column].length));
console.log(`Node ${process.version}, ${process.arch}`);
for (const { name, value, unit, note } of lines) {
  const row = `${name.padEnd(width('name'))}  ${value.padStart(width('value'))} ${unit.padEnd(width('unit'))}  ${note}`;
  console.log(row.trimEnd());
}
if (lines.length === 0) {
  console.error(`no benchmark has ${words.join(' or ')} in its name`);
  process.exitCode = 1;
}
