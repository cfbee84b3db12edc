import { globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { GUIDE_PICTURES, MAX_PICTURE_BYTES, PICTURE_OF_STATE } from './guide-pictures.js';

const root = resolve(import.meta.dirname, '../../..');
const names = Object.values(PICTURE_OF_STATE);

it('each picture of the documents is there, is small, and is shown; no other is kept', () => {
  expect(readdirSync(GUIDE_PICTURES).sort()).toEqual(names.map((name) => `${name}.png`).sort());
  const text = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  for (const name of names) {
    expect(statSync(join(GUIDE_PICTURES, `${name}.png`)).size).toBeLessThan(MAX_PICTURE_BYTES);
    expect(text).toMatch(new RegExp(`!\\[[^\\]]+\\]\\((?:docs/|\\.\\./)?images/${name}\\.png\\)`));
  }
});

it('each shows a state that a test checks', () => {
  const tests = globSync('*.spec.ts', { cwd: import.meta.dirname }).map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  for (const state of Object.keys(PICTURE_OF_STATE)) expect(tests.join('\n')).toMatch(new RegExp(`(?:problemsOf\\(page, |\\[)'${state}'`));
});
