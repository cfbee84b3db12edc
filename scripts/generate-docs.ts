// Writes the documents that come from code (`npm run docs:generate`); with --check it only says which are out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './source-files.js';

interface Document {
  /** Relative to the repository's root. */
  readonly file: string;
  readonly generate: () => string | Promise<string>;
}

const documents: readonly Document[] = [];

const onlyCheck = process.argv.includes('--check');
for (const { file, generate } of documents) {
  const path = join(repositoryRoot, file);
  const text = await generate();
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (onlyCheck) {
    console.error(`${file} is out of date; run npm run docs:generate`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`wrote ${file}`);
  }
}
