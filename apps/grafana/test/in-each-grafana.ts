import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { BeTrace } from '../../../test/harness/betrace.js';
import { describeWithBrowser, TestBrowser } from '../../console/test/browser.js';
import { openShop, orderSpans, send, settled } from '../../console/test/shop-traces.js';
import { GrafanaHost, MAJORS, type Major } from './grafana-host.js';

/** The directory of each run's screenshots. */
export const PICTURES = resolve(import.meta.dirname, '../../../.cache/grafana');
export const ENVIRONMENT = { BETRACE_TRACE_ROOT_GRACE: '50ms', BETRACE_TRACE_IDLE_TIMEOUT: '200ms', BETRACE_TRACE_LATE_WINDOW: '600s' };

/** A BeTrace with violations, a page of one Grafana's packages that asks it, and a browser: from the first test to the last. */
export class World {
  betrace!: BeTrace;
  grafana!: GrafanaHost;
  browser!: TestBrowser;

  constructor(readonly major: Major) {}
}

/** Describes tests of the plugin in a page of each Grafana's packages. */
export function inEachGrafana(title: string, tests: (world: World) => void): void {
  for (const major of MAJORS) {
    describeWithBrowser(`${title} in Grafana ${major}`, () => {
      const world = new World(major);
      beforeAll(async () => {
        world.betrace = await BeTrace.start({ env: ENVIRONMENT });
        world.grafana = await GrafanaHost.start(world.betrace.url, major);
        world.browser = await TestBrowser.start(() => world.grafana.url);
        await openShop(world.betrace);
        for (const order of [
          { id: 'order-1', checked: false, slow: true },
          { id: 'order-2', queries: 6 },
          { id: 'order-3', declined: true },
          { id: 'order-5' },
        ])
          await send(world.betrace, orderSpans(order));
        await settled(world.betrace);
      });
      beforeEach(() => {
        world.grafana.role = 'Admin';
        world.grafana.hasOther = false;
        world.grafana.target = world.betrace.url;
      });
      afterAll(async () => {
        await world.browser?.close();
        await world.grafana?.stop();
        await world.betrace?.stop();
      });
      /** No error on the console and no request to another host. */
      afterEach(async () => expect(await world.browser.closePages()).toEqual([]));
      tests(world);
    });
  }
}
