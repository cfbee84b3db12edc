import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { BeTrace } from '../../../test/harness/betrace.js';
import { TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';

export interface StartedConsole {
  readonly betrace: BeTrace;
  readonly browser: TestBrowser;
}

/** Traces close soon enough to be waited for. */
const SHORT_TIMES = { BETRACE_TRACE_ROOT_GRACE: '50ms', BETRACE_TRACE_IDLE_TIMEOUT: '200ms' };

/**
 * A started server and a browser for the tests of a suite, stopped after them. Each test fails on what its pages wrote to the browser's console.
 * @param started called once, before the first test
 */
export function withConsole(started: (console: StartedConsole) => void, env: Readonly<Record<string, string>> = {}): void {
  let betrace: BeTrace;
  let browser: TestBrowser;
  beforeAll(async () => {
    betrace = await BeTrace.start({ env: { ...SHORT_TIMES, ...env } });
    browser = await TestBrowser.start(() => betrace.url);
    started({ betrace, browser });
  });
  afterAll(async () => {
    await browser?.close();
    await betrace?.stop();
  });
  afterEach(async () => expect(await browser.closePages()).toEqual([]));
}

/** The same, with the rules of the shop, and violations of them in two orders. */
export function withShop(started: (console: StartedConsole) => void): void {
  let betrace: BeTrace;
  withConsole((console) => {
    ({ betrace } = console);
    started(console);
  });
  beforeAll(async () => {
    await openShop(betrace);
    await send(betrace, orderSpans({ id: 'order-1', checked: false }));
    await send(betrace, orderSpans({ id: 'order-2', queries: 6 }));
    await settled(betrace);
  });
}
