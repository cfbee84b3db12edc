import { expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { orderSpans, send, settled } from './shop-traces.js';
import { withShop } from './with-console.js';

/** A trace as OTLP's exporters write it to files. */
const OTLP = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'payment' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: 'eee19b7ec3c1b174',
              name: 'charge card',
              kind: 3,
              startTimeUnixNano: '1699000000000000001',
              endTimeUnixNano: '1699000002000000001',
              attributes: [{ key: 'payment.amount', value: { intValue: '1800' } }],
              status: { code: 2 },
            },
          ],
        },
      ],
    },
  ],
};

describeConsole('trials of rules', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withShop((console) => {
    ({ betrace, browser } = console);
  });

  it('are tested on the trace of a violation, and on a pasted one, by the engine', async () => {
    const page = await browser.page('/ui/rules/charge-without-check');
    const panel = page.getByRole('region', { name: 'Try it' });
    await becomes(() => panel.getByRole('combobox').inputValue(), 'order-1');
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText('Matches: it would be a violation.').waitFor();
    await panel.getByText('nothing in this trace did it').waitFor();
    expect(await problemsOf(page, 'rule-tested')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.fill('span.name == "charge card" and span.status == "error" and span.duration == 2s and attribute.payment.amount == 1800');
    await panel.getByText('Of the text before your last change.').waitFor();
    await page.getByText('No errors.').waitFor();
    await text.press('ControlOrMeta+Enter');
    await panel.getByText('No match: it would not be a violation.').waitFor();
    await panel.getByRole('button', { name: 'Paste JSON' }).click();
    await panel.getByRole('textbox').fill(JSON.stringify(OTLP));
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText('Matches: it would be a violation.').waitFor();
    await panel.getByRole('textbox').fill('{"spans": [');
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText(/This is not JSON/).waitFor();
  });

  it('are tested on a recent trace without violations, which the URL names and a test case keeps', async () => {
    await send(betrace, orderSpans({ id: 'fine' }));
    await settled(betrace);
    const page = await browser.page('/ui/rules/charge-without-check');
    const panel = page.getByRole('region', { name: 'Try it' });
    await panel.getByRole('button', { name: 'Recent trace' }).click();
    const pick = panel.getByRole('combobox', { name: 'Trace' });
    await becomes(async () => (await pick.innerText()).includes('POST /checkout in storefront'), true);
    await pick.selectOption('fine');
    await page.waitForURL((url) => url.searchParams.get('trace_id') === 'fine' && url.searchParams.get('on') === 'recent');
    await page.reload();
    await becomes(() => pick.inputValue(), 'fine');
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText('No match: it would not be a violation.').waitFor();
    expect(await problemsOf(page, 'rule-recent-trace')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await panel.getByRole('button', { name: 'Keep as a case' }).click();
    await becomes(() => panel.getByLabel('Name of case 1').inputValue(), 'trace fine');
    expect(await panel.getByLabel('Trace of case 1').inputValue()).toContain('charge card');
  });

  it('are tried on a trace of the chosen source, not on an id that was typed for another', async () => {
    const page = await browser.page('/ui/rules/charge-without-check');
    const panel = page.getByRole('region', { name: 'Try it' });
    const field = panel.getByLabel(/^Trace id of a violation/);
    await becomes(() => field.inputValue(), 'order-1');
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await field.fill('no-such-trace');
    await panel.getByRole('button', { name: 'Recent trace' }).click();
    await page.waitForURL(/on=recent/);
    await page.clock.runFor(2_000);
    expect(new URL(page.url()).searchParams.has('trace_id')).toBe(false);
    await panel.getByRole('button', { name: 'Stored trace' }).click();
    expect(await field.inputValue()).toBe('order-1');
    await field.fill('no-such-trace');
    await panel.getByRole('button', { name: 'Stored trace' }).click();
    await page.clock.runFor(2_000);
    expect(await field.inputValue()).toBe('order-1');
    expect(new URL(page.url()).searchParams.has('trace_id')).toBe(false);
  });
});
