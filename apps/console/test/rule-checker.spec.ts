import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryBrokenRule, REAL_RULES } from '../../../test/fixtures/dsl/hostile-texts.js';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

const root = resolve(import.meta.dirname, '../../..');
const MISTAKES = readFileSync(join(root, 'test/fixtures/dsl/mistakes/mistakes.txt'), 'utf8')
  .trimEnd()
  .split('\n\n')
  .map((block) => (block.split('\n', 1)[0] ?? '').replaceAll('⏎', '\n'));
/** The maximum of the server. */
const MAX_RULE_LENGTH = 10_000;

describeConsole('the checker in the browser', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });

  it('agrees with the server on all examples, mistakes and broken texts', async () => {
    const broken = fc.sample(arbitraryBrokenRule, 400).filter((text) => text.length <= MAX_RULE_LENGTH && text.trim() !== '');
    const texts = [...REAL_RULES, ...MISTAKES, ...broken];
    expect(texts.length).toBeGreaterThan(600);
    const entry = readdirSync(join(root, 'dist/console/assets')).find((name) => /^checker-worker-.*\.js$/.test(name));
    const page = await browser.page('/ui/rules');
    const answers = await page.evaluate(
      async ({ all, url }) => {
        const worker = new Worker(url, { type: 'module' });
        const answered = new Promise<unknown[]>((done, fail) => {
          const results: unknown[] = [];
          let left = all.length;
          worker.addEventListener('error', () => fail(new Error('the worker does not load')));
          worker.addEventListener('message', ({ data }) => {
            results[data.id] = data.defect ?? data.result;
            if (--left === 0) done(results);
          });
        });
        all.forEach((text, id) => {
          worker.postMessage({ id, task: { kind: 'check', text } });
        });
        const results = await answered;
        worker.terminate();
        return results;
      },
      { all: texts, url: `/ui/assets/${entry}` },
    );
    let found = 0;
    for (const [at, expression] of texts.entries()) {
      const { status, body } = await betrace.json<{ errors: object[]; warnings: object[] }>('POST', '/v1/rules/validate', { expression });
      expect({ expression, status, said: answers[at] }).toEqual({ expression, status: 200, said: [...body.errors, ...body.warnings] });
      found += body.errors.length + body.warnings.length;
    }
    expect(found).toBeGreaterThan(400);
  });

  it('continues while the server is down, patterns and scripts too, with its fixes, docs and format', async () => {
    const page = await browser.page('/ui/rules/new', {}, /ERR_FAILED/);
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.fill('span.name == "a"');
    await page.getByText('It needs a name.').waitFor();
    await page.route('**/v1/**', (route) => route.abort());
    const problems = page.getByRole('list', { name: 'Problems' });
    await text.fill('span.name matches "("');
    await problems.getByText('BT_DSL_PATTERN').waitFor();
    await text.fill('for _, s in ipairs(trace.spans) do if s.name == "a" then goto b end end return false');
    await problems.getByText('BT_DSL_').first().waitFor();
    await text.fill('span.nmae == "a"');
    await problems.getByText("'span' has no field 'nmae'").waitFor();
    await text.press('ControlOrMeta+.');
    await becomes(() => text.innerText(), 'span.name == "a"');
    await text.fill('span.name ~= "a"   and not(span.duration>1s)');
    await text.press('Shift+Alt+F');
    await becomes(() => text.innerText(), 'span.name != "a" and not (span.duration > 1s)');
    await text.fill('span.name~="a"');
    await page.getByRole('button', { name: 'Format' }).click();
    await becomes(() => text.innerText(), 'span.name != "a"');
  });

  it('explains fields, functions, relations and aggregates under the pointer, and at the cursor by F1', async () => {
    const page = await browser.page('/ui/rules/new');
    const text = page.getByRole('textbox', { name: 'Expression' });
    const docs = page.getByRole('tooltip');
    const words: readonly (readonly [text: string, docs: RegExp])[] = [
      ['span.duration', /duration → duration.*End minus start/s],
      ['trace.count', /trace\.count\(condition\) → number.*How many spans satisfy the condition/s],
      ['trace.preceded', /trace\.preceded\(a, b, within\?, tolerance\?\).*Satisfied by another span/s],
      ['span.children.max_count', /children\.max_count\(field, condition\?\)/],
      ['span.scope.version', /scope\.version → string/],
      ['span.name contains', /text contains text → boolean/],
      ['math.abs', /math\.abs\(x\) → number/],
    ];
    for (const [written, wanted] of words) {
      await text.fill(written);
      await text.press('F1');
      await becomes(async () => wanted.test(await docs.innerText()), true);
      // The first closes what is completed, the second the docs.
      for (const _time of ['completions', 'docs']) await text.press('Escape');
      await docs.waitFor({ state: 'detached' });
    }
    await text.fill('trace.avg(span.duration, span.kind == "client") > 1s');
    // Over `avg`: six characters are before it. The editor may draw the text again under the pointer: it moves there again.
    const mean = docs.getByText('The mean of the field over the spans that have it');
    await becomes(async () => {
      await page.mouse.move(0, 0);
      await page
        .locator('.cm-line')
        .first()
        .hover({ position: { x: 66, y: 10 } });
      return mean.waitFor({ timeout: 10_000 }).then(
        () => true,
        () => false,
      );
    }, true);
    expect(await problemsOf(page, 'rule-word-docs')).toEqual([]);
  });

  it('completes the values of a field and units, and shows recorded values of an attribute', async () => {
    await openShop(betrace);
    await send(betrace, orderSpans({ id: 'order-1', checked: false }));
    await settled(betrace);
    const page = await browser.page('/ui/rules/new');
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.click();
    await page.keyboard.type('span.kind == "cl');
    await page.getByRole('option', { name: '"client"' }).click();
    await page.keyboard.type(' and span.duration > 15m');
    await page.getByRole('option', { name: 'ms' }).click();
    await becomes(() => text.innerText(), 'span.kind == "client" and span.duration > 15ms');
    await text.fill('attribute.payment.amount');
    await text.press('F1');
    await page
      .getByRole('tooltip')
      .getByText(/^On \d+ of the last/)
      .waitFor();
    expect(await problemsOf(page, 'rule-attribute-docs')).toEqual([]);
  });
});
