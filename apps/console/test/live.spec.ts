import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

describeConsole('live tail', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole(
    (console) => {
      ({ betrace, browser } = console);
    },
    { BETRACE_TRACE_LATE_WINDOW: '600s' },
  );
  beforeAll(async () => {
    await openShop(betrace);
    await order({ id: 'order-1', checked: false });
  });

  const rowsOf = (page: Page) => page.locator('tr[data-row]');
  const order = async (one: Parameters<typeof orderSpans>[0]): Promise<void> => {
    await send(betrace, orderSpans({ ago: 1_000, ...one }));
    await settled(betrace);
  };
  const LIVE = /^Live: what is found/;

  it('shows new violations at the top, holds still while paused, and removes retracted ones', async () => {
    const page = await browser.page('/ui/violations?rule_id=charge-without-check');
    await becomes(() => rowsOf(page).count(), 1);
    await page.getByRole('button', { name: /^Live/ }).click();
    await page.waitForURL(/live=1/);
    await page.getByText(LIVE).waitFor();
    await order({ id: 'order-2', checked: false });
    await becomes(() => rowsOf(page).count(), 2);
    expect(await rowsOf(page).first().innerText()).toContain('order-2');
    await order({ id: 'order-3', declined: true });
    await page.keyboard.press('p');
    await page.getByText('Paused: rows stay').waitFor();
    await order({ id: 'order-4', checked: false });
    await order({ id: 'order-2' });
    await page.getByText('2 waiting').waitFor();
    expect(await rowsOf(page).count()).toBe(2);
    await page.getByRole('button', { name: 'Go on' }).click();
    await becomes(async () => (await rowsOf(page).allInnerTexts()).map((text) => /order-\d/.exec(text)?.[0]), ['order-4', 'order-1']);
  });

  /** The current position of the stream: the id of its first part. */
  const placeNow = async (): Promise<string> => {
    const stop = new AbortController();
    const response = await fetch(`${betrace.url}/v1/violations/stream`, { signal: stop.signal });
    const { value } = await (response.body as ReadableStream<Uint8Array>).getReader().read();
    stop.abort();
    return /^id: (.+)$/m.exec(new TextDecoder().decode(value))?.[1] ?? '';
  };

  it('resumes after the last event when the connection was lost, and misses nothing', async () => {
    const place = await placeNow();
    const page = await browser.page('/ui/violations?rule_id=slow-checkout', {}, /ERR_FAILED/);
    await page.getByText('Nothing matches these filters').waitFor();
    const resumed: (string | undefined)[] = [];
    let isAway = false;
    await page.route('**/v1/violations/stream*', async (route) => {
      const after = route.request().headers()['last-event-id'];
      if (after !== undefined) resumed.push(after);
      if (isAway) return route.abort();
      if (after !== undefined) return route.fallback();
      // The first connection begins, and breaks.
      isAway = true;
      return route.fulfill({ contentType: 'text/event-stream', body: `: begins\nid: ${place}\n\nevent: violation\ndata: {"cut` });
    });
    await page.keyboard.press('l');
    await page.getByText(/^Not live since/).waitFor();
    await becomes(async () => resumed.length > 0, true);
    await order({ id: 'order-5', slow: true });
    expect(await rowsOf(page).count()).toBe(0);
    isAway = false;
    await becomes(() => rowsOf(page).count(), 1);
    await page.getByText(LIVE).waitFor();
    expect(new Set(resumed)).toEqual(new Set([place]));
  });

  it('is accessible, in dark and light, wide and narrow', async () => {
    const page = await browser.page('/ui/violations?live=1');
    await page.getByText(LIVE).waitFor();
    await becomes(async () => (await rowsOf(page).count()) > 0, true);
    expect(await problemsOf(page, 'live')).toEqual([]);
  });
});
