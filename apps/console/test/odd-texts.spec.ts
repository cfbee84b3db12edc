import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { costOf, describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { send, settled } from './shop-traces.js';
import { type Costs, tooDear } from './too-dear.js';
import { withConsole } from './with-console.js';

/** Right-to-left override, and an isolate without an end: what follows them is drawn in another order. */
const [OVERRIDE, ISOLATE, ZERO_WIDTH] = ['\u202e', '\u2066', '\u200b'];
const RULE = {
  id: 'odd',
  name: 'n'.repeat(200),
  tags: ['t'.repeat(90)],
  expression: 'span.kind == "client"',
  // As long as they may be, and without a place to break; of a framework the invisible character and the emoji are allowed.
  controls: [{ framework: `SOC${ZERO_WIDTH}2👨\u{200d}👩\u{200d}👧${'f'.repeat(36)}`, control: `CC${ZERO_WIDTH}6${'c'.repeat(96)}` }],
  description: 'd'.repeat(900),
};
const SERVICE = `pay${OVERRIDE}ment${ISOLATE}`;
const SPAN = `charge${ZERO_WIDTH}card${OVERRIDE}${'x'.repeat(240)}`;
const BIG = 'v'.repeat(700_000);

describeConsole('odd texts of users', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });
  let violation = '';
  beforeAll(async () => {
    expect((await betrace.json('POST', '/v1/rules', RULE)).status).toBe(201);
    const begin = BigInt(Date.now() - 60_000) * 1_000_000n;
    const attributes = {
      'db.statement': BIG,
      'user.name': `ad${ZERO_WIDTH}min${OVERRIDE}gpj.exe`,
      ...Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`header.${n}`, `value ${n}`])),
    };
    const times = { start_time: String(begin), end_time: String(begin + 1_000_000n) };
    const root = { trace_id: 'odd', span_id: 'root', name: 'root', service: 'shop', ...times };
    await send(betrace, [root, { ...root, span_id: 's-1', parent_id: 'root', name: SPAN, service: SERVICE, kind: 'client', attributes }]);
    await settled(betrace);
    violation = (await betrace.json<{ violations: { id: string }[] }>('GET', '/v1/violations')).body.violations[0]?.id ?? '';
    expect(violation).not.toBe('');
  });

  /** No text of the page has a character that reorders it or is not seen, in its parts, its titles or its name. */
  const hidden = (page: Page) =>
    page.evaluate(() => {
      const texts = [document.title, document.body.innerText];
      for (const each of document.querySelectorAll('[title], option'))
        texts.push(each.getAttribute('title') ?? '', each.tagName === 'OPTION' ? (each.textContent ?? '') : '');
      return texts.filter((text) => /[\u200b\u202a-\u202e\u2066\u2067]/.test(text)).map((text) => text.slice(0, 200));
    });

  it('reorder and hide nothing, on any page, and make none wider than its window', async () => {
    for (const [path, shown] of [
      ['/ui/violations', 'pay'],
      ['/ui/violations?view=groups', 'pay'],
      ['/ui/rules', 'odd'],
      ['/ui/rules/odd', 'Version 1'],
      ['/ui/overview', 'Loudest rules'],
      ['/ui/compliance', 'U+200B'],
      ['/ui/first-run', 'All four steps are done.'],
      [`/ui/violations/${violation}`, 'U+202E'],
    ] as const) {
      const page = await browser.page(path);
      await page.locator('main').getByText(shown).filter({ visible: true }).first().waitFor();
      await page.waitForLoadState('networkidle');
      expect([path, await hidden(page)]).toEqual([path, []]);
      expect([path, await problemsOf(page, `odd-texts${path.replace(violation, 'one').replaceAll(/\W+/g, '-')}`)]).toEqual([path, []]);
      await page.context().close();
    }
  });

  it('are shown with their invisible characters', async () => {
    const page = await browser.page(`/ui/violations/${violation}?span=s-1`);
    const span = page.locator('.area-span');
    await span.getByRole('heading', { name: /^chargeU\+200BcardU\+202Ex+/ }).waitFor();
    await span.getByText('payU+202EmentU+2066').first().waitFor();
    await span.getByLabel(/^Filter 3,002 of Attributes/).fill('user.name');
    await becomes(() => span.locator('dd', { hasText: 'gpj.exe' }).innerText(), 'adU+200BminU+202Egpj.exe');
    expect(await page.title()).toBe(`${'n'.repeat(100)}… · BeTrace`);
  });

  const measured = async (): Promise<Costs> => {
    const page = await browser.page(`/ui/violations/${violation}?span=root`);
    const row = page.getByRole('treegrid').locator('[data-id="s-1"]');
    await row.waitFor();
    await page.waitForLoadState('networkidle');
    const costs: Record<string, number> = {};
    const measure = async (name: string, act: () => Promise<unknown>): Promise<void> => {
      costs[name] = await costOf(page, act);
    };
    const attributes = page.locator('.area-span dl.kv').nth(1);
    await measure('the span with the value', () => row.click());
    await becomes(() => attributes.locator('dt').count(), 50);
    await measure('more of the value', () =>
      page.getByRole('button', { name: 'Show 20,000 more of 700,000 characters of db.statement' }).click(),
    );
    await measure('even more', () => page.getByRole('button', { name: 'Show 20,000 more of 700,000 characters of db.statement' }).click());
    await becomes(async () => (await attributes.locator('dd').first().innerText()).length > 40_000, true);
    await measure('less of the value', () => page.getByRole('button', { name: 'Show less of db.statement' }).click());
    await measure('more attributes', () => page.getByRole('button', { name: 'Show 500 more of 3,002' }).click());
    await becomes(() => attributes.locator('dt').count(), 550);
    await measure('a filter', () => page.getByLabel(/^Filter 3,002 of Attributes/).fill('header.2999'));
    await becomes(() => attributes.locator('dt').allInnerTexts(), ['header.2999']);
    await measure('what can be ticked', () => page.getByRole('button', { name: /^Make a rule/ }).click());
    const dialog = page.getByRole('dialog', { name: 'Make a rule from this span' });
    await dialog.getByText('Checked on this trace').waitFor();
    await measure('one ticked', () => dialog.getByRole('checkbox', { name: /^header\.3\b/ }).check());
    await measure('a filter of these', () => dialog.getByLabel('Filter what can be ticked').fill('header.2998'));
    await dialog.getByRole('checkbox', { name: /^header\.2998/ }).waitFor();
    expect(await dialog.getByRole('checkbox', { name: /^header\.3\b/ }).isChecked()).toBe(true);
    await page.context().close();
    return costs;
  };

  it(
    'of any length cost no interaction more than 200 ms, and are shown whole on demand',
    async () => expect(await tooDear(measured)).toEqual({}),
    600_000,
  );
});
