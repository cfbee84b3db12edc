import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';

const library = resolve(import.meta.dirname, '..');
const console = resolve(library, '../../../apps/console/src/styles');

/** The classes that the library's components give to their elements. */
const used = new Set(
  readdirSync(library, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tsx'))
    .flatMap((name) => [...readFileSync(join(library, name), 'utf8').matchAll(/className=(?:"([^"]*)"|\{`([^`]*)`\})/g)])
    .flatMap(([, plain, computed]) => (plain ?? computed ?? '').replaceAll(/\$\{[^}]*\}/g, ' ').split(/\s+/))
    .filter((name) => name !== ''),
);

it('styles its parts without the console: Grafana has them alone', () => {
  const selectors = readdirSync(console)
    .flatMap((name) => [...readFileSync(join(console, name), 'utf8').matchAll(/([^{};/]+)\{/g)])
    .flatMap(([, list = '']) => list.split(',').map((selector) => selector.trim()));
  const ofParts = selectors.filter((selector) => {
    const classes = [...selector.matchAll(/\.([a-z][\w-]*)/g)].map(([, name = '']) => name);
    const [first = ''] = classes;
    return classes.length > 0 && selector.startsWith(`.${first}`) && classes.every((name) => used.has(name));
  });
  // Of the console's own tick boxes; the ticks of the waterfall are lines.
  expect(ofParts.filter((selector) => !/^\.tick\b/.test(selector))).toEqual([]);
  expect(used.size).toBeGreaterThan(50);
});
