import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, it } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { GUIDE_PICTURES, PICTURE_OF_STATE } from './guide-pictures.js';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
/** The directory of each run's screenshots. */
const PICTURES = resolve(import.meta.dirname, '../../../.cache/console');
/** A busy machine gives a browser a twentieth of a core. */
const TIMEOUT_MS = 90_000;

/** Chromium or Chrome of this machine; `CHROMIUM` names another. */
function chromiumOfThisMachine(): string | undefined {
  return [process.env['CHROMIUM'], ...PLACES].find((path): path is string => path !== undefined && existsSync(path));
}

/** Describes tests that need a browser; skipped with a printed reason if there is none. */
export function describeWithBrowser(name: string, tests: () => void): void {
  if (chromiumOfThisMachine() !== undefined) return describe(name, tests);
  console.warn(`SKIPPED: ${name} (no Chromium: install the package chromium, or name one in CHROMIUM)`);
  describe.skip(name, () => it('needs a browser', () => undefined));
}

export const describeConsole = (name: string, tests: () => void): void => describeWithBrowser(`Console: ${name}`, tests);

export interface Complaint {
  readonly rule: string;
  readonly where: readonly string[];
}

/** A browser, and all errors of its pages. */
export class TestBrowser {
  /** Errors on the console (the content security policy's, too), defects, and requests to other hosts, of all pages. */
  private readonly complaints: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly origin: () => string,
  ) {}

  /** @param origin the only server that pages may ask */
  static async start(origin: () => string): Promise<TestBrowser> {
    const browser = await chromium.launch({
      executablePath: chromiumOfThisMachine() ?? '',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
      timeout: TIMEOUT_MS,
    });
    return new TestBrowser(browser, origin);
  }

  /** A page in a context of its own: nothing is kept from one to the next. `expected` are errors that the test brings about. */
  async page(path: string, options: BrowserContextOptions = {}, expected?: RegExp): Promise<Page> {
    // Without motion: axe would measure the colours of a change of theme on their way.
    const context = await this.browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'dark',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(TIMEOUT_MS);
    const page = await context.newPage();
    const complain = (text: string): void => {
      if (expected?.test(text) !== true) this.complaints.push(`${page.url()}: ${text}`);
    };
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complain(message.text());
    });
    page.on('pageerror', (error) => complain(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(this.origin()) && !/^(blob|data):/.test(request.url())) complain(`asks another host: ${request.url()}`);
    });
    await page.goto(this.origin() + path);
    return page;
  }

  /** Closes all pages, which would keep polling the server. Returns their errors since the last call. */
  async closePages(): Promise<string[]> {
    // A mocked answer may be in progress: it would fail on a closed page.
    const pages = this.browser.contexts().flatMap((context) => context.pages());
    await Promise.all(pages.map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })));
    await Promise.all(this.browser.contexts().map((context) => context.close()));
    return this.complaints.splice(0);
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

/** The findings of axe on the current page, by WCAG 2.2 AA and best practices. */
export async function accessibilityOf(page: Page): Promise<Complaint[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
    };
    const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return violations.map(({ id, nodes }) => ({ rule: id, where: nodes.map(({ target }) => target.join(' ')) }));
  });
}

/** The tested widths: of a desktop, of a phone. */
const WIDTHS = [
  [1440, 900],
  [390, 844],
] as const;

/**
 * A page in dark and light, wide and narrow: what axe says, and by how many pixels it is too wide at 320. Leaves a picture of each.
 * An empty result means no findings.
 */
export async function problemsOf(page: Page, name: string): Promise<readonly unknown[]> {
  const problems: unknown[] = [];
  // A network that is idle proves no page: its code may not have run yet.
  await page.locator('h1').first().waitFor();
  for (const theme of ['dark', 'light']) {
    await page.evaluate((each) => document.documentElement.setAttribute('data-theme', each), theme);
    for (const [width, height] of WIDTHS) {
      await page.setViewportSize({ width, height });
      problems.push(...(await accessibilityOf(page)).map((complaint) => ({ theme, width, ...complaint })));
      await picture(page, `${name}-${theme}-${width}`);
    }
  }
  await pictureForDocuments(page, name);
  await page.setViewportSize({ width: 320, height: 700 });
  const overflow = await overflowOf(page);
  return overflow === 0 ? problems : [...problems, { overflow }];
}

/** Keeps a picture of the page in .cache/console. */
async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Takes the picture that the documents have of this state, when `BETRACE_PICTURES=write` asks for it. */
async function pictureForDocuments(page: Page, state: string): Promise<void> {
  const name = PICTURE_OF_STATE[state];
  if (name === undefined || process.env['BETRACE_PICTURES'] !== 'write') return;
  await page.evaluate(() => document.documentElement.setAttribute('data-theme', 'dark'));
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.screenshot({ path: join(GUIDE_PICTURES, `${name}.png`) });
}

/** The page is no wider than its window: the page must not scroll sideways. */
async function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Calls with a function that returns the CPU seconds that the thread of the page has used. */
async function withCpuTime<T>(page: Page, measure: (used: () => Promise<number>) => Promise<T>): Promise<T> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const used = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    const time = metrics.find(({ name }) => name === 'ThreadTime')?.value;
    if (time === undefined) throw new Error('this browser does not tell the time of its threads');
    return time;
  };
  const measured = await measure(used);
  await session.detach();
  return measured;
}

/** Runs an action, waits until it is painted, and returns the CPU seconds of the page's thread. */
export const costOf = (page: Page, act: () => Promise<unknown>): Promise<number> =>
  withCpuTime(page, async (used) => {
    const painted = () =>
      page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
    await painted();
    const before = await used();
    await act();
    await painted();
    return (await used()) - before;
  });

/**
 * Goes on to another page of the same server, and returns the seconds until its first content as on a machine that does nothing else: what its thread computed
 * takes its CPU time, and what it waited for takes as long as here.
 *
 * @param open returns when the content is shown
 */
export async function firstPaintOf(page: Page, open: () => Promise<unknown>): Promise<number> {
  const computed = await withCpuTime(page, async (used) => {
    const before = await used();
    await open();
    return (await used()) - before;
  });
  const painted = await page.evaluate(
    () => (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY) / 1_000,
  );
  const slowness = await slownessOf(page);
  const told = [painted, computed, slowness].map((value) => value.toFixed(2));
  console.info(`first content after ${told[0]} s, ${told[1]} s of it CPU time, on a machine that is ${told[2]} times as slow as alone`);
  return computed + Math.max(0, painted - computed * slowness);
}

/** How many times its CPU time a computation of the page takes: 1 on a machine that does nothing else, 2 where it gets half a core. */
async function slownessOf(page: Page): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  // The machine may pause in one of them.
  for (let tried = 0; tried < 3; tried++) {
    let seconds = 0;
    const cost = await costOf(page, async () => {
      seconds = await page.evaluate(() => {
        const begin = performance.now();
        let value = 1;
        for (let n = 0; n < 40_000_000; n++) value = Math.imul(value ^ n, 0x01000193);
        return (performance.now() - begin + (value === 0 ? 1 : 0)) / 1_000;
      });
    });
    least = Math.min(least, Math.max(1, seconds / cost));
  }
  return least;
}
