import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

it('the thread of a preview loads nothing large before it yields to threads that receive and judge', () => {
  const entry = readFileSync(join(import.meta.dirname, 'thread.ts'), 'utf8');
  const loaded = [...entry.matchAll(/^import (?!type ).* from '(.*)';$/gm)].map(([, from]) => from);
  expect(loaded).toEqual(['node:worker_threads', './preview-pace.js']);
  expect(entry.indexOf('yieldToOthers();')).toBeLessThan(entry.indexOf("await import('./preview-thread.js')"));
  const pace = readFileSync(join(import.meta.dirname, 'preview-pace.ts'), 'utf8');
  expect([...pace.matchAll(/ from '(.*)';$/gm)].map(([, from]) => from)).toEqual(['node:fs', 'node:os', 'node:timers/promises']);
});
