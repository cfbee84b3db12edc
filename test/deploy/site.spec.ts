import { execFile, spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../harness/repository.js';

const site = join(REPOSITORY, 'dist', 'site');
/** Without a network, if the kernel allows it: the pages' packages contain all they need. */
const offline = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'true']).status === 0 ? ['unshare', '-n'] : [];

/** The output of `npm run site`, as in deploy/site/README.md. */
describe('the documentation site', () => {
  let pages: readonly string[];
  beforeAll(async () => {
    const install = "import('./scripts/toolchain.mjs').then((tools) => tools.ensureDependencies(tools.siteBuilder))";
    await promisify(execFile)(process.execPath, ['-e', install], { cwd: REPOSITORY, timeout: 240_000 });
    const [command = '', ...args] = [...offline, process.execPath, join(REPOSITORY, 'deploy', 'site', 'build.mjs')];
    const env = { ...process.env, NODE_ENV: 'production', SITE_REPOSITORY: 'https://example.com/betrace' };
    await promisify(execFile)(command, args, { cwd: REPOSITORY, env, timeout: 240_000 });
    pages = globSync('**/*.html', { cwd: site }).map((page) => page.replaceAll('\\', '/'));
  }, 300_000);

  it('has a page for each document', () => {
    const documents = globSync('docs/**/*.md', { cwd: REPOSITORY }).map((file) => file.replaceAll('\\', '/'));
    const expected = documents.map((file) => file.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html'));
    expect(pages).toEqual(expect.arrayContaining(['index.html', 'CONTRIBUTING.html', 'examples/index.html', ...expected]));
  });

  it('has no broken link, and loads nothing from elsewhere', () => {
    for (const page of pages) {
      const html = readFileSync(join(site, page), 'utf8');
      expect([page, [...html.matchAll(/<(?:script|link|img)[^>]*(?:src|href)="(?:https?:)?\/\/[^"]*"/g)].map(([tag]) => tag)]).toEqual([
        page,
        [],
      ]);
      for (const [, href = ''] of html.matchAll(/<a [^>]*href="([^"#?]+)[^"]*"/g)) {
        if (/^[a-z]+:/.test(href)) continue;
        const target = posix.join(href.startsWith('/') ? '.' : posix.dirname(page), href);
        const file = [target, `${target}.html`, posix.join(target, 'index.html')].find(
          (name) => existsSync(join(site, name)) && statSync(join(site, name)).isFile(),
        );
        expect([page, href, file]).toEqual([page, href, expect.any(String)]);
      }
    }
  });

  it('shows its documents as written', () => {
    const text = (page: string) =>
      readFileSync(join(site, page), 'utf8')
        .replaceAll(/<[^>]+>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>');
    expect(text('index.html')).toContain('Applications send spans');
    expect(text('docs/deployment/index.html')).toContain('<registry>/betrace:0.1.0'); // no element of HTML
    expect(text('docs/configuration.html')).toContain('BETRACE_STORAGE_PATH');
    expect(readFileSync(join(site, 'docs/deployment/releases.html'), 'utf8')).toContain(
      'https://example.com/betrace/blob/main/.github/workflows/release.yml',
    );
  });

  it('keeps long lines of code within their frame, which scrolls on a phone', () => {
    let framed = 0;
    for (const page of pages) {
      const html = readFileSync(join(site, page), 'utf8');
      const frames = html.match(/<div class="language-[^"]*"[^>]*>(?:(?!<\/div>)[\s\S])*?<pre/g)?.length ?? 0;
      expect([page, html.match(/<pre[ >]/g)?.length ?? 0]).toEqual([page, frames]);
      framed += frames;
    }
    expect(framed).toBeGreaterThan(100);
  });

  it('links to each document from the side bar, but to decisions from their list', () => {
    const html = readFileSync(join(site, 'docs/decisions/index.html'), 'utf8');
    const linked = new Set([...html.matchAll(/<a [^>]*href="\/([^"#]+)"/g)].map(([, href = '']) => href.replace(/\.html$/, '')));
    const documents = globSync('docs/**/*.md', { cwd: REPOSITORY }).map((file) => file.replaceAll('\\', '/').replace(/(README)?\.md$/, ''));
    expect(documents.length).toBeGreaterThan(60);
    for (const page of documents.filter((name) => !name.startsWith('docs/decisions/0')))
      expect([page, linked.has(page)]).toEqual([page, true]);
  });

  it('computes the needs of a load on the capacity page, as that page describes', () => {
    const [, said = ''] =
      /^CPU time of a span +([\d.]+) µs/m.exec(readFileSync(join(REPOSITORY, 'docs/operations/capacity.md'), 'utf8')) ?? [];
    const html = readFileSync(join(site, 'docs/operations/capacity.html'), 'utf8');
    const [, form = ''] = /<form class="capacity"[^>]*>([\s\S]*?)<\/form>/.exec(html) ?? [];
    const shown = form.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(shown).toContain(`CPU time of a span ${Number(Number(said).toPrecision(2))} µs`);
    expect(shown).toMatch(/Partitions 4 Disk of the spans log 199 GB/);
    expect(readFileSync(join(site, 'docs/operations/alerts.html'), 'utf8')).not.toContain('<form class="capacity"');
  });

  it('is searchable in the browser', () => {
    const [index = ''] = globSync('assets/chunks/@localSearchIndex*.js', { cwd: site });
    const text = readFileSync(join(site, index), 'utf8');
    for (const word of ['retention', 'durations', 'consumer']) expect([word, text.includes(`["${word}",`)]).toEqual([word, true]);
  });
});
