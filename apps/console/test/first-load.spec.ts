import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';

const DIST = resolve(import.meta.dirname, '../../../dist/console');
const KIB = 1_024;

/** The files that a browser loads before it shows anything: those that the page names, and what they import at once. */
function firstLoad(): Map<string, number> {
  const page = readFileSync(join(DIST, 'index.html'), 'utf8');
  const sizes = new Map<string, number>();
  const waiting = [...page.matchAll(/\/ui\/assets\/([\w.-]+\.(?:js|css))/g)].map(([, name]) => name ?? '');
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (sizes.has(name)) continue;
    const content = readFileSync(join(DIST, 'assets', name));
    sizes.set(name, gzipSync(content).length);
    if (!name.endsWith('.js')) continue;
    // `import…from"./x.js"` and `import"./x.js"`; `import("./x.js")` is loaded on demand.
    for (const [, imported] of content.toString().matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) waiting.push(imported ?? '');
  }
  return sizes;
}

describe('the first load of the console', () => {
  it('is at most 250 KiB of gzip in all, 15 KiB of it styles', () => {
    const sizes = firstLoad();
    const sum = (end: string): number => [...sizes].filter(([name]) => name.endsWith(end)).reduce((total, [, size]) => total + size, 0);
    expect(sum('.js')).toBeGreaterThan(20 * KIB);
    expect(sum('.css')).toBeGreaterThan(1 * KIB);
    expect(sum('.js') + sum('.css')).toBeLessThan(250 * KIB);
    expect(sum('.css')).toBeLessThan(15 * KIB);
  });

  it('is one page without inline scripts and styles, and its files are compressed in advance', () => {
    const page = readFileSync(join(DIST, 'index.html'), 'utf8');
    expect(page).not.toMatch(/<style|<script(?![^>]*\bsrc=)|style=|\son\w+=|https?:\/\//);
    for (const name of firstLoad().keys()) {
      for (const end of ['.br', '.gz']) expect([name, end, existsSync(join(DIST, 'assets', name + end))]).toEqual([name, end, true]);
    }
  });

  it('excludes the checker, whose worker loads RE2 and Lua only when a text needs them', () => {
    const text = (name: string): string => readFileSync(join(DIST, 'assets', name), 'utf8');
    const worker = readdirSync(join(DIST, 'assets')).filter((name) => /^checker-worker-.*\.js$/.test(name));
    expect(worker).toHaveLength(1);
    const [entry = ''] = worker;
    expect(gzipSync(text(entry)).length).toBeLessThan(120 * KIB);
    expect(text(entry)).toContain('BT_DSL_UNKNOWN_FIELD');
    // Lua's compiler, and a sentence of RE2.
    expect(text(entry)).not.toMatch(/luaL_loadbuffer|invalid or unsupported Perl syntax/);
    for (const name of [...firstLoad().keys()].filter((each) => each.endsWith('.js')))
      expect(text(name)).not.toContain('BT_DSL_UNKNOWN_FIELD');
  });
});
