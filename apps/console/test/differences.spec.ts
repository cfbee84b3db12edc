import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

const CHARGES = 90;
const NEW_VERSION = 'span.resource["service.version"] == "2.0"';

describeConsole('a value that distinguishes the traces of a group', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });
  beforeAll(async () => {
    for (const rule of [
      { name: 'slow charge', expression: 'span.name == "charge" and span.duration > 1s' },
      { name: 'lonely', expression: 'span.name == "lonely"' },
    ])
      expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    const begin = BigInt(Date.now() - 60_000) * 1_000_000n;
    const charge = (n: number) => ({
      trace_id: `t-${n}`,
      span_id: `s-${n}`,
      name: 'charge',
      service: 'payments',
      start_time: String(begin),
      // Of 90 traces 30 are slow: all of the new version, half of whose traces are fast.
      duration: n % 3 === 0 ? 2_000_000_000 : 1_000,
      resource: { 'service.version': n % 3 === 2 ? '1.0' : '2.0', 'host.name': `h-${n % 5}` },
      attributes: { 'order.id': `o-${n}` },
    });
    await send(
      betrace,
      Array.from({ length: CHARGES }, (_, n) => charge(n)),
    );
    await send(betrace, [{ ...charge(0), trace_id: 'alone', span_id: 'alone', name: 'lonely', service: 'hermit' }]);
    await settled(betrace);
  });

  const listOf = (page: Page) => page.getByRole('list', { name: 'What is different' });

  const openGroup = async (rule: string): Promise<Page> => {
    const page = await browser.page('/ui/violations?view=groups');
    await page.getByRole('button', { name: rule, exact: true }).click();
    return page;
  };

  it('is listed with both shares, and excluded with the matches before and after', async () => {
    const page = await openGroup('slow charge');
    await becomes(
      async () => (await listOf(page).getByRole('listitem').allInnerTexts()).map((text) => text.split(/\s+/).join(' ')),
      ['service.version 2.0 resource violating 100 % others 50 % Exclude this Make a rule'],
    );
    await page.getByText('30 violating traces beside 60 others of the same service.').waitFor();
    await page.waitForLoadState('networkidle');
    expect(await problemsOf(page, 'group-differences')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Exclude this: service.version = 2.0' }).click();
    const dialog = page.getByRole('dialog', { name: 'Exclude this from the rule' });
    await dialog.getByText('The newest violation of the group would be none.').waitFor();
    await dialog.getByRole('button', { name: 'Count before and after' }).click();
    await becomes(async () => (await dialog.getByRole('definition').allInnerTexts()).map(Number), [30, 0, 30]);
    await dialog.getByRole('button', { name: 'Open in the editor' }).click();
    await page.waitForURL(/\/ui\/rules\/slow-charge/);
    await becomes(
      () => page.getByRole('textbox', { name: 'Expression' }).innerText(),
      `(span.name == "charge" and span.duration > 1s) and not (${NEW_VERSION})`,
    );
  });

  it('becomes a rule, with a trace of the group to test it on', async () => {
    const page = await openGroup('slow charge');
    await page.getByRole('button', { name: 'Make a rule: service.version = 2.0' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make a rule from what is different' });
    await dialog.getByText('Checked on this trace: 1 span matches.').waitFor();
    await dialog.getByRole('button', { name: 'Open in the editor' }).click();
    await page.waitForURL(/\/ui\/rules\/new/);
    await becomes(() => page.getByRole('textbox', { name: 'Expression' }).innerText(), NEW_VERSION);
    const panel = page.getByRole('region', { name: 'Try it' });
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText('Matches: it would be a violation.').waitFor();
  });

  it('is requested beside a violation only when visible', async () => {
    const { body } = await betrace.json<{ violations: { id: string }[] }>('GET', '/v1/violations?rule_id=slow-charge&limit=1');
    const asked: string[] = [];
    const page = await browser.page('/ui/violations');
    page.on('request', (request) => request.url().includes('/differences') && asked.push(request.url()));
    await page.goto(`${betrace.url}/ui/violations/${body.violations[0]?.id}`);
    await page.setViewportSize({ width: 1440, height: 300 });
    const panel = page.getByRole('region', { name: 'What is different' });
    await panel.scrollIntoViewIfNeeded();
    await panel.getByText('service.version').waitFor();
    expect(asked).toHaveLength(1);
    await page.waitForLoadState('networkidle');
    expect(await problemsOf(page, 'violation-differences')).toEqual([]);
  });

  it('says that there is nothing to compare with', async () => {
    const page = await openGroup('lonely');
    await page.getByText(/Nothing to compare with/).waitFor();
  });
});
