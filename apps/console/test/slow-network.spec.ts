import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { accessibilityOf, describeConsole, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

describeConsole('a network that is slow, or away', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });
  beforeAll(async () => {
    await openShop(betrace);
    await send(betrace, orderSpans({ id: 'order-1', checked: false }));
    await send(betrace, orderSpans({ id: 'order-2', declined: true }));
    await settled(betrace);
  });

  /** Holds the answers to these requests until it is called; counts them. */
  const hold = async (page: Page, pattern: RegExp, method: string, answer?: object) => {
    const released = Promise.withResolvers<void>();
    const asked: string[] = [];
    await page.route(pattern, async (route) => {
      if (route.request().method() !== method) return route.fallback();
      asked.push(route.request().url());
      await released.promise;
      return answer === undefined ? route.continue() : route.fulfill({ status: 503, json: answer });
    });
    return { release: released.resolve, asked };
  };
  const violationOf = async (traceId: string): Promise<string> =>
    (await betrace.json<{ violations: { id: string }[] }>('GET', `/v1/violations?trace_id=${traceId}`)).body.violations[0]?.id ?? '';

  it('sends a note once, keeps it after a refusal, and sends it again on demand', async () => {
    const page = await browser.page(`/ui/violations/${await violationOf('order-1')}`, {}, /status of 503/);
    await page.getByRole('button', { name: /^Note/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Note' });
    await dialog.getByRole('textbox').fill('seen at the till');
    const { release, asked } = await hold(page, /\/marks$/, 'POST', { status: 503, detail: 'the store is starting' });
    await dialog.getByRole('button', { name: 'Add note' }).click();
    await becomes(() => dialog.getByRole('button', { name: 'Adding' }).isDisabled(), true);
    await dialog.getByRole('textbox').press('ControlOrMeta+Enter');
    release();
    await dialog.getByText('Nothing was noted.').waitFor();
    expect(asked.length).toBe(1);
    expect(await dialog.getByRole('textbox').inputValue()).toBe('seen at the till');
    expect(await accessibilityOf(page)).toEqual([]);
    await page.unrouteAll();
    await dialog.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('Noted at this violation').waitFor();
    await becomes(() => dialog.count(), 0);
    await page.getByText(': seen at the till').waitFor();
  });

  it('mutes once, and keeps the reason after a refusal', async () => {
    const page = await browser.page('/ui/violations?view=groups', {}, /status of 503/);
    await page.getByRole('button', { name: /^Mute charge without/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Mute' });
    await dialog.getByRole('textbox').fill('known since May');
    const { release, asked } = await hold(page, /\/v1\/mutes$/, 'POST', { status: 503, detail: 'the store is starting' });
    await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
    await becomes(() => dialog.getByRole('button', { name: 'Muting' }).isDisabled(), true);
    release();
    await dialog.getByText('Nothing was muted.').waitFor();
    expect(asked.length).toBe(1);
    expect(await dialog.getByRole('textbox').inputValue()).toBe('known since May');
    await page.unrouteAll();
    await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
    await page.getByText('charge without fraud check is muted in').waitFor();
    await becomes(() => dialog.count(), 0);
    expect(new URL(page.url()).searchParams.has('dialog')).toBe(false);
  });

  it('closes no other dialog, and shows a refusal, when the answer comes after its own dialog was closed', async () => {
    const page = await browser.page('/ui/violations?view=groups', {}, /status of 503/);
    const dialog = page.getByRole('dialog', { name: 'Note' });
    const openNote = () => page.getByRole('button', { name: /^Note at declined charge/ }).click();
    for (const [answer, shown] of [
      [{ status: 503, detail: 'the store is starting' }, /Nothing was noted: the store is starting/i],
      [undefined, /Noted at declined charge/],
    ] as const) {
      await openNote();
      await dialog.getByRole('textbox').fill('sent');
      const { release } = await hold(page, /\/marks$/, 'POST', answer);
      await dialog.getByRole('button', { name: 'Add note' }).click();
      await dialog.getByRole('button', { name: 'Adding' }).waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await openNote();
      await dialog.getByRole('textbox').fill('half a sentence');
      release();
      await page.getByText(shown).waitFor();
      expect(await dialog.getByRole('textbox').inputValue()).toBe('half a sentence');
      await page.unrouteAll();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    }
  });

  it('shows the last question, also when the answer to an earlier one comes after its own', async () => {
    const page = await browser.page('/ui/violations');
    const rows = page.locator('tr[data-row]');
    await becomes(() => rows.count(), 2);
    const { release, asked } = await hold(page, /\/v1\/violations\?.*severity=CRITICAL/, 'GET');
    await page.getByLabel('Severity', { exact: true }).selectOption('CRITICAL');
    await becomes(async () => asked.length > 0, true);
    await page.getByLabel('Severity', { exact: true }).selectOption('LOW');
    await becomes(async () => /declined/.test((await rows.allInnerTexts()).join()) && (await rows.count()) === 1, true);
    release();
    await page.waitForLoadState('networkidle');
    expect((await rows.allInnerTexts()).join()).toContain('declined');
    expect(await rows.count()).toBe(1);
  });

  it('says that the server does not answer, instead of loading forever, and works again by itself or by a button', async () => {
    const page = await browser.page('/ui/violations', {}, /ERR_INTERNET_DISCONNECTED|Failed to fetch|dynamically imported|BrokenPage/);
    await becomes(() => page.locator('tr[data-row]').count(), 2);
    await page.goto(`${betrace.url}/ui/rules/declined`);
    await page.getByText('No errors.').waitFor();
    await page.context().setOffline(true);
    await page.getByLabel('Description').fill('typed on a train');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The rule was not saved.').waitFor();
    await page.getByText('The server does not answer.').first().waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('typed on a train');
    await page.getByRole('link', { name: 'Violations', exact: true }).click();
    await page.getByText('The list could not be read.').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('region', { name: 'List' }).getByRole('button', { name: 'Try again' }).click();
    await becomes(() => page.locator('tr[data-row]').count(), 2);
    await page.goBack();
    await page.getByText('Not saved').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await becomes(
      async () => (await betrace.json<{ description: string }>('GET', '/v1/rules/declined')).body.description,
      'typed on a train',
    );
  });
});
