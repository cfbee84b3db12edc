import { beforeAll, expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

describeConsole('command palette', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });
  beforeAll(async () => {
    await openShop(betrace);
    await send(betrace, orderSpans({ id: 'order-1', checked: false }));
    await settled(betrace);
  });

  it('leads to rules by name, by the keyboard alone, even during typing', async () => {
    const page = await browser.page('/ui/violations');
    await page.locator('tr[data-row]').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('Control+k');
    const dialog = page.getByRole('dialog', { name: 'Commands' });
    await dialog.getByRole('combobox').fill('slow');
    await becomes(() => dialog.getByRole('option').count(), 2);
    await page.keyboard.press('ArrowDown');
    await becomes(() => dialog.locator('[aria-selected="true"]').innerText(), expect.stringMatching(/^Violations of slow checkout/));
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/ui\/rules\/slow-checkout$/);
    await becomes(() => dialog.count(), 0);
  });

  it('leads to a pasted violation and to the violations of a pasted trace', async () => {
    const { body } = await betrace.json<{ violations: { id: string }[] }>('GET', '/v1/violations');
    const page = await browser.page('/ui/rules');
    await page.locator('tr[data-row]').first().waitFor();
    await page.getByRole('button', { name: /^Search/ }).click();
    const box = page.getByRole('dialog', { name: 'Commands' }).getByRole('combobox');
    await box.fill(String(body.violations[0]?.id));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'charge without fraud check' }).waitFor();
    await page.keyboard.press('Control+k');
    await box.fill('order-1');
    await page.keyboard.press('Enter');
    await page.waitForURL(/trace_id=order-1/);
    await becomes(() => page.locator('tr[data-row]').count(), 1);
  });

  it.each([
    ['/ui/rules/100%25', 'There is no such rule.'],
    ['/ui/violations/a%25zb', 'There is no such violation.'],
  ])('leaves no empty window where a link is damaged: %s', async (link, text) => {
    const page = await browser.page(link, {}, /status of 404/);
    await page.getByRole('alert').getByText(text).waitFor();
  });

  it('goes to the place of two keys that were pressed at once, though the page was busy between them', async () => {
    const page = await browser.page('/ui/violations');
    await page.locator('tr[data-row]').first().waitFor();
    await page.evaluate(() =>
      document.addEventListener('keydown', ({ key }) => {
        for (const end = performance.now() + 2_000; key === 'g' && performance.now() < end; );
      }),
    );
    await becomes(async () => {
      await Promise.all([page.keyboard.press('g'), page.keyboard.press('o')]);
      return page.waitForURL(/\/ui\/overview$/, { timeout: 5_000 }).then(
        () => true,
        () => false,
      );
    }, true);
  });

  it('is accessible, in dark and light, wide and narrow', async () => {
    const page = await browser.page('/ui/rules');
    await page.locator('tr[data-row]').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: /New rule/ }).waitFor();
    expect(await problemsOf(page, 'palette')).toEqual([]);
    await page.getByRole('dialog').getByRole('combobox').fill('no such thing');
    await page.getByText('Nothing has this name.').waitFor();
    expect(await problemsOf(page, 'palette-none')).toEqual([]);
  });
});
