import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

/** A text that has to be escaped in a rule. */
const TENANT = 'a "quoted" \\ back\nslash';
/** A key that a list in a link has to keep. */
const ODD_KEY = 'a, "b" c';
const ORDERS = 10;
const LOAD_TESTS = 3;

describeConsole('rules made of a span', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });
  beforeAll(async () => {
    await openShop(betrace);
    const script = { id: 'scripted', name: 'scripted', expression: 'if span.name == "charge card" then return true end\nreturn false' };
    expect((await betrace.json('POST', '/v1/rules', script)).status).toBe(201);
    for (let n = 0; n < ORDERS; n++) {
      const more = n < LOAD_TESTS ? { 'load.test': true, tenant: TENANT, [ODD_KEY]: 1 } : {};
      const [root, ...others] = orderSpans({ id: `order-${n}`, slow: true, checked: n % 2 === 0 });
      await send(betrace, [{ ...root, attributes: { 'order.id': `order-${n}`, ...more } }, ...others]);
    }
    await settled(betrace);
  });

  const openViolation = async (ruleId: string, traceId: string, expected?: RegExp): Promise<Page> => {
    const { body } = await betrace.json<{ violations: { id: string }[] }>('GET', `/v1/violations?rule_id=${ruleId}&trace_id=${traceId}`);
    expect(body.violations).toHaveLength(1);
    return browser.page(`/ui/violations/${body.violations[0]?.id}`, {}, expected);
  };
  const counts = async (page: Page) => (await page.getByRole('dialog').getByRole('definition').allInnerTexts()).map(Number);

  it('express the checked values, are tested on their trace, and open in the editor with it', async () => {
    const page = await openViolation('slow-checkout', 'order-0');
    await page.getByRole('region', { name: 'POST /checkout' }).getByText('tenant').waitFor();
    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog', { name: 'Make a rule from this span' });
    await dialog.getByText('Checked on this trace: 1 span matches, this one among them.').waitFor();
    await dialog.getByRole('checkbox', { name: /tenant/ }).check();
    await dialog.getByRole('checkbox', { name: /load\.test/ }).check();
    await dialog.getByRole('checkbox', { name: /service/ }).uncheck();
    await dialog.getByRole('checkbox', { name: /duration/ }).check();
    await dialog.locator('[data-stale="false"]').getByText('Checked on this trace: 1 span matches, this one among them.').waitFor();
    expect(await problemsOf(page, 'make-a-rule')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await dialog.getByRole('button', { name: 'Open in the editor' }).click();
    await page.waitForURL(/\/ui\/rules\/new/);
    await page.getByText('No errors.').waitFor();
    const panel = page.getByRole('region', { name: 'Try it' });
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText('Matches: it would be a violation.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/\/ui\/rules\/post-checkout/);
    expect((await betrace.json<{ expression: string }>('GET', '/v1/rules/post-checkout')).body.expression).toBe(
      'span.name == "POST /checkout" and span.duration >= 2400ms and span.attributes["load.test"] == true and ' +
        'span.attributes["tenant"] == "a \\"quoted\\" \\\\ back\\nslash"',
    );
  });

  it('exclude spans from a rule about spans, with its matches before and after', async () => {
    const page = await openViolation('slow-checkout', 'order-1');
    await page.getByRole('region', { name: 'POST /checkout' }).getByRole('button', { name: 'Exclude this' }).click();
    const dialog = page.getByRole('dialog', { name: 'Exclude this from the rule' });
    await dialog.getByRole('checkbox', { name: /load\.test/ }).check();
    await dialog.getByRole('checkbox', { name: ODD_KEY }).check();
    // The open dialog and the checked values are in the URL.
    await page.waitForURL((url) => url.searchParams.get('tick')?.includes('a, ') === true);
    await page.reload();
    await dialog.getByText('This violation would be none.').waitFor();
    expect(await dialog.getByRole('checkbox', { name: ODD_KEY }).isChecked()).toBe(true);
    await dialog.getByRole('checkbox', { name: ODD_KEY }).uncheck();
    await dialog.getByText('This violation would be none.').waitFor();
    expect(await dialog.getByRole('checkbox', { name: /load\.test/ }).isChecked()).toBe(true);
    await dialog.getByRole('button', { name: 'Count before and after' }).click();
    await becomes(() => counts(page), [ORDERS, ORDERS - LOAD_TESTS, LOAD_TESTS]);
    expect(await problemsOf(page, 'exclude-this')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await dialog.getByRole('checkbox', { name: /load\.test/ }).uncheck();
    await dialog.getByRole('checkbox', { name: /status/ }).check();
    await dialog.getByText('Of what was ticked before.').waitFor();
    await dialog.getByText('This violation would be none.').waitFor();
    await dialog.getByRole('button', { name: 'Count before and after' }).click();
    await becomes(() => counts(page), [ORDERS, 0, ORDERS]);
    await dialog.getByText('It would find nothing of this time any more.').waitFor();
    await dialog.getByRole('button', { name: 'Open in the editor' }).click();
    await page.waitForURL(/\/ui\/rules\/slow-checkout/);
    await becomes(
      () => page.getByRole('textbox', { name: 'Expression' }).innerText(),
      '(span.name == "POST /checkout" and span.duration > 1s) and not (span.status == "unset")',
    );
    await page.getByText('Not saved').waitFor();
    expect((await betrace.json<{ version: number }>('GET', '/v1/rules/slow-checkout')).body.version).toBe(1);
  });

  it('exclude traces from a rule about traces, with the results of its test cases', async () => {
    const test = { name: 'a load test', trace: '[{"name": "charge card", "attributes": {"load.test": true}}]', expect: 'match' };
    expect((await betrace.json('PATCH', '/v1/rules/charge-without-check', { tests: [test] })).status).toBe(200);
    const page = await openViolation('charge-without-check', 'order-1');
    await page.getByRole('row', { name: /POST \/checkout/ }).click();
    await page.getByRole('region', { name: 'POST /checkout' }).waitFor();
    await page.keyboard.press('x');
    const dialog = page.getByRole('dialog', { name: 'Exclude this from the rule' });
    await dialog.getByRole('checkbox', { name: /load\.test/ }).check();
    await dialog.getByText('This violation would be none.').waitFor();
    await dialog.getByRole('button', { name: 'Count before and after' }).click();
    await dialog.getByText('1 test case of the rule fails:').waitFor();
    await dialog.getByText('a load test: expected a match, and there is none (in one batch)').waitFor();
    // Of five orders without a check one is a load test.
    await becomes(() => counts(page), [5, 4, 1]);
  });

  it('say that a script is changed in the editor', async () => {
    const page = await openViolation('scripted', 'order-1', /status of 4\d\d/);
    await page.getByRole('region', { name: 'charge card' }).getByRole('button', { name: 'Exclude this' }).click();
    const dialog = page.getByRole('dialog', { name: 'Exclude this from the rule' });
    await dialog.getByRole('checkbox', { name: /kind/ }).check();
    await dialog.getByText(/a script is changed in the editor/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Open in the editor' }).isDisabled()).toBe(true);
  });
});
