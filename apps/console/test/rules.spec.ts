import { expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, ruleOf, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

describeConsole('rules', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole(
    (console) => {
      ({ betrace, browser } = console);
    },
    { BETRACE_MAX_RULES: '5000' },
  );

  it('begin with an example to edit, if there is no rule', async () => {
    const page = await browser.page('/ui/rules');
    await page.getByText('No rule yet').waitFor();
    expect(await problemsOf(page, 'no-rules')).toEqual([]);
    await page.getByRole('link', { name: /Slow requests/ }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/\/ui\/rules\/slow-requests$/);
    expect(await ruleOf(betrace, 'slow-requests')).toMatchObject({
      version: 1,
      expression: 'span.kind == "server" and span.duration > 1s',
    });
    await openShop(betrace);
    for (const order of [
      { id: 'order-1', checked: false },
      { id: 'order-2', queries: 6 },
    ])
      await send(betrace, orderSpans(order));
    await settled(betrace);
  });

  it('are listed with their matches, filtered, disabled and enabled', async () => {
    const page = await browser.page('/ui/rules');
    const row = page.getByRole('row', { name: /charge without fraud check/ });
    await becomes(() => row.getByRole('cell').nth(5).innerText(), '1');
    expect(await problemsOf(page, 'rules')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    const mode = row.getByRole('combobox', { name: 'Mode of charge without fraud check' });
    await mode.selectOption('off');
    await page.getByText('is off, from the next span on').waitFor();
    expect((await ruleOf(betrace, 'charge-without-check')).enabled).toBe(false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await becomes(async () => (await ruleOf(betrace, 'charge-without-check')).enabled, true);
    await page.getByLabel('Severity').selectOption('LOW');
    await becomes(() => page.locator('tr[data-row]').count(), 1);
    await page.reload();
    await becomes(() => page.locator('tr[data-row]').count(), 1);
  });

  it('can be changed back by a person who needs a quarter of a minute to reach the button', async () => {
    const page = await browser.page('/ui/rules');
    await page.locator('tr[data-row]').first().waitFor();
    // The time of the page is that of the test: of its quarter of a minute the machine takes nothing.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.getByLabel('Mode of declined charge').selectOption('off');
    const undo = page.getByRole('button', { name: 'Undo' });
    await becomes(async () => {
      await page.clock.runFor(20);
      return undo.count();
    }, 1);
    await page.getByText('is off, from the next span on').waitFor();
    await page.clock.runFor(15_000);
    expect(await undo.count()).toBe(1);
    await undo.click();
    await page.clock.resume();
    await becomes(async () => (await ruleOf(betrace, 'declined')).enabled, true);
    await becomes(() => undo.count(), 0);
  });

  it('are deleted after a confirmation; their violations stay', async () => {
    const page = await browser.page('/ui/rules/charge-without-check');
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete the rule' });
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL(/\/ui\/rules$/);
    expect((await betrace.json('GET', '/v1/rules/charge-without-check')).status).toBe(404);
    await page.goto(`${betrace.url}/ui/violations?rule_id=charge-without-check`);
    await page.getByRole('link', { name: 'charge without fraud check', exact: true }).waitFor();
  });

  it('by the thousand draw only rows near the visible ones', async () => {
    const rules = Array.from({ length: 3_000 }, (_, n) => ({ id: `r-${n}`, name: `rule ${n}`, expression: `span.name == "n-${n}"` }));
    expect((await betrace.json('POST', '/v1/rules/import', { rules })).status).toBe(200);
    const page = await browser.page('/ui/rules');
    await page.getByText(/3,\d+ rules/).waitFor();
    expect(await page.locator('tr[data-row]').count()).toBeLessThan(400);
    // More ids than a link holds: a proxy would refuse the reload of such an address.
    await page.getByLabel('Select all rules of this list').check();
    await page.getByText(/^3,\d+ rules$/).waitFor();
    await page.getByLabel('Search rules').fill('rule 2999');
    await becomes(() => page.locator('tr[data-row]').count(), 1);
    await page.getByText('1 rule', { exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe('?q=rule+2999');
    await page.getByLabel('Select rule 2999').uncheck();
    await page.getByLabel('Select rule 2999').check();
    await page.getByLabel('Search rules').fill('');
    await page.getByText(/^3,\d+ rules$/).waitFor();
  });
});
