import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

describeConsole('the action bar of a violation', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole(
    (console) => {
      ({ betrace, browser } = console);
    },
    { BETRACE_TRACE_LATE_WINDOW: '600s', BETRACE_CONSOLE_TRACE_LINK: 'https://tempo.example.com/trace/{trace_id}?from={from}' },
  );
  beforeAll(async () => {
    await openShop(betrace);
    for (const order of [
      { id: 'order-1', checked: false },
      { id: 'order-2', checked: false },
      { id: 'order-3', slow: true },
    ])
      await send(betrace, orderSpans(order));
    await settled(betrace);
  });

  interface Known {
    readonly id: string;
    readonly wire_trace_id: string;
    readonly timestamp_ms: number;
  }
  const violationOf = async (traceId: string): Promise<Known> => {
    const path = `/v1/violations?trace_id=${traceId}&view=full`;
    const [violation] = (await betrace.json<{ violations: Known[] }>('GET', path)).body.violations;
    expect(violation).toBeDefined();
    return violation as Known;
  };
  const open = async (traceId: string, options: object = {}): Promise<Page> =>
    browser.page(`/ui/violations/${(await violationOf(traceId)).id}`, options);
  const groupOf = async (rule: string) => {
    const path = `/v1/violations/groups?rule_id=${rule}`;
    return (await betrace.json<{ groups: { acknowledged?: object; muted: boolean }[] }>('GET', path)).body.groups[0];
  };

  it('acknowledges its group by a key, says so, and revokes it', async () => {
    const page = await open('order-1');
    const group = page.getByRole('region', { name: 'This group' });
    await group.getByText('2 open violations').waitFor();
    // Two panels share the width, where revisions are none.
    const [row, last] = await page
      .locator('.columns.three')
      .evaluate((columns) => [columns, columns.lastElementChild].map((each) => each?.getBoundingClientRect().right ?? 0));
    expect(last).toBeCloseTo(row ?? 0, 0);
    await page.keyboard.press('e');
    await group.locator('.tag', { hasText: 'Acknowledged' }).waitFor();
    await group.getByText('Acknowledged by anonymous').waitFor();
    expect((await groupOf('charge-without-check'))?.acknowledged).toBeDefined();
    // The other violation of the group shows it, too.
    const other = await open('order-2');
    await other.getByRole('button', { name: 'Take back' }).click();
    await other.getByRole('button', { name: 'Acknowledge' }).waitFor();
    expect((await groupOf('charge-without-check'))?.acknowledged).toBeUndefined();
  });

  it('mutes its group, and ends the mute', async () => {
    const page = await open('order-3');
    await page.getByRole('button', { name: 'Mute' }).waitFor();
    await page.keyboard.press('m');
    const dialog = page.getByRole('dialog', { name: 'Mute' });
    await dialog.getByLabel('How long').selectOption('for 1 hour');
    await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
    await page.getByRole('button', { name: 'Unmute' }).waitFor();
    expect(await groupOf('slow-checkout')).toMatchObject({ muted: true });
    await page.keyboard.press('m');
    await page.getByRole('button', { name: 'Mute', exact: true }).waitFor();
    expect(await groupOf('slow-checkout')).toMatchObject({ muted: false });
  });

  it('adds a note to this violation alone, exactly as typed', async () => {
    const page = await open('order-1');
    await page.getByRole('button', { name: 'Note' }).waitFor();
    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog', { name: 'Note' });
    await dialog.waitFor();
    await page.reload();
    await dialog.getByRole('textbox').fill('Order of <b>a tester</b>');
    await dialog.getByRole('button', { name: 'Add note' }).click();
    await page.getByRole('region', { name: 'This group' }).getByText('Order of <b>a tester</b>').waitFor();
    const other = await open('order-2');
    await other.getByText('2 open violations').waitFor();
    await other.waitForLoadState('networkidle');
    expect(await other.getByText('a tester').count()).toBe(0);
  });

  it('shows the reason of a refusal, and changes nothing', async () => {
    const { id } = await violationOf('order-1');
    const page = await browser.page(`/ui/violations/${id}`, {}, /503/);
    await page.getByText('2 open violations').waitFor();
    await page.route('**/marks', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"Busy","detail":"The store is starting."}' }),
    );
    await page.keyboard.press('e');
    await page.getByText('Nothing was changed: The store is starting.').waitFor();
    await page.getByRole('button', { name: 'Acknowledge' }).waitFor();
  });

  it('opens the trace in Tempo, where the server says, from the violation, the list and the group', async () => {
    const { wire_trace_id: trace, timestamp_ms: at } = await violationOf('order-3');
    const to = `https://tempo.example.com/trace/${trace}?from=${at - 1_800_000}`;
    const leadsTo = async (page: Page): Promise<unknown> => {
      const link = page.getByRole('link', { name: /^Open in Tempo/ });
      await link.first().waitFor();
      return [await link.first().getAttribute('href'), await link.first().getAttribute('target'), await link.first().getAttribute('rel')];
    };
    expect(await leadsTo(await open('order-3'))).toEqual([to, '_blank', 'noreferrer']);
    const list = await browser.page('/ui/violations?rule_id=slow-checkout');
    expect(await leadsTo(list)).toEqual([to, '_blank', 'noreferrer']);
    const groups = await browser.page('/ui/violations?view=groups&rule_id=slow-checkout');
    await groups.getByRole('button', { name: 'slow checkout', exact: true }).click();
    expect(await leadsTo(groups)).toEqual([to, '_blank', 'noreferrer']);
  });

  it('is in reach of a thumb on a phone, and covers nothing', async () => {
    const page = await open('order-1', PHONE);
    const bar = page.locator('.actions-bar');
    await bar.getByText('Open in Tempo').waitFor();
    await page.waitForLoadState('networkidle');
    for (const name of ['Acknowledge', 'Mute']) {
      const box = await bar.getByRole('button', { name }).boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(44);
    }
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    const last = await page.locator('main > :last-child').boundingBox();
    const top = (await bar.boundingBox())?.y ?? 0;
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(top);
  });

  it('is accessible, in dark and light, wide and narrow', async () => {
    const page = await open('order-1');
    await page.getByText('2 open violations').waitFor();
    await page.waitForLoadState('networkidle');
    expect(await problemsOf(page, 'violation-actions')).toEqual([]);
  });
});
