import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, ruleOf, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

describeConsole('list of rules', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });
  beforeAll(async () => {
    await openShop(betrace);
    // An id is a text: each comparison with a number fails, and the rule never matches.
    const failing = { id: 'order-by-number', name: 'order by number', severity: 'HIGH', expression: 'attribute.order.id > 5' };
    expect((await betrace.json('POST', '/v1/rules', failing)).status).toBe(201);
    for (const order of [
      { id: 'order-1', checked: false },
      { id: 'order-2', checked: false },
      { id: 'order-3', slow: true },
    ]) {
      await send(betrace, orderSpans(order));
    }
    await settled(betrace);
  });

  const rowsOf = (page: Page) => page.locator('tr[data-row]');
  const idsOf = (page: Page) => rowsOf(page).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row')));

  it('shows of each rule its matches, its errors, its cost, and whether it never matched', async () => {
    await becomes(async () => {
      const { body } = await betrace.json<{ health?: { evaluation_errors: number } }>('GET', '/v1/rules/order-by-number?health=true');
      return (body.health?.evaluation_errors ?? 0) > 0;
    }, true);
    const page = await browser.page('/ui/rules?sort=attention');
    await becomes(async () => (await idsOf(page)).slice(0, 2), ['order-by-number', 'charge-without-check']);
    await becomes(() => page.getByRole('row', { name: /order by number/ }).innerText(), expect.stringMatching(/\d+ failed[\s\S]*never/));
    const row = page.getByRole('row', { name: /charge without fraud check/ });
    await becomes(() => row.getByRole('cell').nth(5).innerText(), '2');
    await becomes(() => row.innerText(), expect.stringMatching(/ok[\s\S]*ago/));
    await page.getByLabel('Health', { exact: true }).selectOption('failing');
    await page.waitForURL(/health=failing/);
    await becomes(() => idsOf(page), ['order-by-number']);
    await page.reload();
    await becomes(() => idsOf(page), ['order-by-number']);
    await page.getByLabel('Health', { exact: true }).selectOption('never matched');
    await becomes(async () => (await idsOf(page)).length, 3);
    await page.goto(`${betrace.url}/ui/rules?sort=attention`);
    await becomes(async () => (await page.getByText(/\d+ failed/).count()) > 0, true);
    expect(await problemsOf(page, 'rule-health')).toEqual([]);
  });

  it('shows a cost only if the processor time exceeds its rounding', async () => {
    const page = await browser.page('/ui');
    await page.route('**/v1/rules?health=true', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { rules: { id: string; health: object }[] };
      for (const rule of body.rules) {
        const seconds = rule.id === 'declined' ? 0.731 : 0.002;
        Object.assign(rule.health, { evaluations: 48_210, evaluation_seconds: seconds });
      }
      await route.fulfill({ response: answer, json: body });
    });
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await becomes(async () => (await page.getByRole('row', { name: /declined charge/ }).innerText()).includes('15.2 µs'), true);
    expect(await page.getByText(/\d (ns|µs|ms)$/).count()).toBe(1);
  });

  it('disables and enables many at once, with an undo, and only visible ones', async () => {
    const page = await browser.page('/ui/rules');
    await becomes(() => rowsOf(page).count(), 5);
    await page.getByLabel('Select declined charge').check();
    await page.getByLabel('Select slow checkout').check();
    await page.getByText('2 rules', { exact: true }).waitFor();
    await page.waitForURL((url) => url.searchParams.get('tick') === '["declined","slow-checkout"]');
    await page.reload();
    await page.getByText('2 rules', { exact: true }).waitFor();
    expect(await page.getByLabel('Select slow checkout').isChecked()).toBe(true);
    expect(await problemsOf(page, 'rules-selected')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Off', exact: true }).click();
    await page.getByText('2 rules were turned off').waitFor();
    expect((await ruleOf(betrace, 'declined')).enabled).toBe(false);
    expect((await ruleOf(betrace, 'slow-checkout')).enabled).toBe(false);
    expect((await ruleOf(betrace, 'query-per-item')).enabled).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
    await becomes(async () => (await ruleOf(betrace, 'declined')).enabled && (await ruleOf(betrace, 'slow-checkout')).enabled, true);
    await page.getByLabel('Select all rules of this list').check();
    await page.getByLabel('Severity', { exact: true }).selectOption('LOW');
    await page.getByText('1 rule', { exact: true }).waitFor();
    await page.getByLabel('Tag to add').fill('payments');
    await page.getByRole('button', { name: 'Add tag' }).click();
    await becomes(async () => (await ruleOf(betrace, 'declined')).tags, ['payments']);
    expect((await ruleOf(betrace, 'slow-checkout')).tags).toEqual([]);
  });

  it('skips and names rules that another person changed meanwhile, and deletes the others', async () => {
    const rules = Array.from({ length: 11 }, (_, n) => ({ id: `old-${n}`, name: `old rule ${n}`, expression: `span.name == "n-${n}"` }));
    for (const rule of rules) expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    const page = await browser.page('/ui/rules?q=old-', {}, /status of 412/);
    await becomes(() => rowsOf(page).count(), 11);
    await page.getByLabel('Select all rules of this list').check();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.waitForURL(({ searchParams }) => searchParams.has('tick') && searchParams.get('dialog') === 'delete');
    await page.reload();
    await page.getByRole('dialog', { name: 'Delete the selected rules' }).getByRole('button', { name: 'Keep them' }).click();
    expect((await betrace.json('PATCH', '/v1/rules/old-3', { description: 'still needed' })).status).toBe(200);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete the selected rules' });
    const sure = dialog.getByRole('button', { name: 'Delete', exact: true });
    expect(await sure.isDisabled()).toBe(true);
    await dialog.getByLabel(/Type 11/).fill('11');
    await sure.click();
    await page.getByText(/^10 rules were deleted; 1 not\. old-3: /).waitFor();
    await becomes(() => idsOf(page), ['old-3']);
    expect((await ruleOf(betrace, 'old-3')).version).toBe(2);
  });

  it('stops a change of many on demand, and keeps those selected that were not changed', async () => {
    const rules = Array.from({ length: 4 }, (_, n) => ({ id: `batch-${n}`, name: `batch ${n}`, expression: `span.name == "b-${n}"` }));
    for (const rule of rules) expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    const page = await browser.page('/ui/rules?q=batch-');
    const released = Promise.withResolvers<void>();
    await page.route('**/v1/rules/batch-1', async (route) => {
      await released.promise;
      await route.continue();
    });
    await becomes(() => rowsOf(page).count(), 4);
    await page.getByLabel('Select all rules of this list').check();
    await page.getByRole('button', { name: 'Off', exact: true }).click();
    await page.getByText('1 of 4', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    released.resolve();
    await page.getByText(/^2 rules were turned off; 2 not\. batch-2: it was stopped/).waitFor();
    await page.getByText('2 rules', { exact: true }).waitFor();
    expect(await page.getByLabel('Select batch 3').isChecked()).toBe(true);
    expect([(await ruleOf(betrace, 'batch-1')).enabled, (await ruleOf(betrace, 'batch-2')).enabled]).toEqual([false, true]);
  });

  it('ticks what a link names, also after more were ticked than a link holds', async () => {
    const ids = Array.from({ length: 45 }, (_, n) => `many-${n}-${'x'.repeat(90)}`);
    for (const id of ids)
      expect((await betrace.json('POST', '/v1/rules', { id, name: id, expression: 'span.name == "none"' })).status).toBe(201);
    const page = await browser.page('/ui/rules?q=many-');
    await page.getByLabel('Select all rules of this list').check();
    await page.getByText('45 rules', { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.has('tick')).toBe(false);
    // As a link of an earlier version names two.
    await page.evaluate((tick) => history.pushState(null, '', `/ui/rules?q=many-&tick=${tick}`), `${ids[1]}+${ids[3]}`);
    await page.getByText('2 rules', { exact: true }).waitFor();
    expect(await page.getByLabel(`Select ${ids[1]}`).isChecked()).toBe(true);
  });

  it('finds nothing by a text that was cleared before the search began, and keeps it where another filter changes', async () => {
    const page = await browser.page('/ui/rules?severity=LOW&mode=off');
    const search = page.getByLabel('Search rules');
    await page.getByText('No rule matches these filters').waitFor();
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await search.fill('declined');
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.clock.runFor(2_000);
    expect(await search.inputValue()).toBe('');
    expect(new URL(page.url()).search).toBe('');
    await search.fill('declined');
    await page.getByLabel('Severity', { exact: true }).selectOption('LOW');
    await page.clock.runFor(2_000);
    await becomes(async () => new URL(page.url()).search, '?severity=LOW&q=declined');
    // The list without filters, by the link of its page: also of what was ticked, selected and typed just before.
    await page.getByLabel('Select declined charge').check();
    await page.keyboard.press('j');
    await search.fill('nothing');
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.clock.runFor(2_000);
    expect(await search.inputValue()).toBe('');
    expect(new URL(page.url()).search).toBe('');
    expect(await page.getByLabel('Select declined charge').isChecked()).toBe(false);
  });

  it('draws the last day of each rule, also where more are violated than one answer lists', async () => {
    const ids = Array.from({ length: 105 }, (_, n) => `crowd-${String(n).padStart(3, '0')}`);
    for (const id of ids) {
      const rule = { id, name: id, tags: ['crowd'], expression: `span.name == "charge card" and span.service ~= "${id}"` };
      expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    }
    await send(betrace, orderSpans({ id: 'order-crowd' }));
    await settled(betrace);
    const last = ids.at(-1) ?? '';
    const page = await browser.page(`/ui/rules?q=${last}`);
    await page.locator(`tr[data-row="${last}"]`).getByRole('img', { name: '1 violation in the last 24 hours' }).waitFor();
    await page.goto(`${betrace.url}/ui/rules?q=crowd-`);
    await page.getByLabel('Select all rules of this list').check();
    await becomes(async () => {
      await page.mouse.wheel(0, 20_000);
      return rowsOf(page)
        .getByRole('img', { name: /violations? in the last 24 hours/ })
        .count();
    }, ids.length);
  });

  it('draws all rows though the page is so busy that it learns of two scrolls at once', async () => {
    const ids = Array.from({ length: 90 }, (_, n) => `busy-${String(n).padStart(3, '0')}`);
    const rules = ids.map((id) => ({ id, name: id, expression: `span.name == "${id}"` }));
    expect((await betrace.json('POST', '/v1/rules/import', { rules })).status).toBe(200);
    const page = await browser.page('/ui/overview');
    await page.addInitScript(() => {
      // As the browser delivers them when a task before them takes half a second.
      globalThis.IntersectionObserver = class extends IntersectionObserver {
        constructor(seen: IntersectionObserverCallback, options?: IntersectionObserverInit) {
          let waiting: IntersectionObserverEntry[] = [];
          super((entries, observer) => {
            if (waiting.length === 0) setTimeout(() => seen(waiting.splice(0), observer), 500);
            waiting = [...waiting, ...entries];
          }, options);
        }
      };
    });
    await page.goto(`${betrace.url}/ui/rules?q=busy-`);
    await becomes(async () => {
      await page.mouse.wheel(0, 20_000);
      return rowsOf(page).count();
    }, ids.length);
  });

  it('changes again what was changed just before, though the list is not read again yet', async () => {
    const rule = { id: 'twice', name: 'twice', expression: 'span.name == "twice"' };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    const page = await browser.page('/ui/rules?q=twice');
    await page.getByLabel('Select twice').check();
    const released = Promise.withResolvers<void>();
    await page.route(/\/v1\/rules(?:\?.*)?$/, async (route) => {
      await released.promise;
      await route.continue();
    });
    await page.getByLabel('Mode of twice').selectOption('shadow');
    await page.getByText('twice is in shadow').waitFor();
    for (const tags of [['first'], ['first', 'second']]) {
      await page.getByLabel('Tag to add').fill(tags.at(-1) ?? '');
      await page.getByRole('button', { name: 'Add tag' }).click();
      await becomes(async () => (await ruleOf(betrace, 'twice')).tags, tags);
    }
    released.resolve();
    await page.getByText(/^1 rule was tagged/).waitFor();
  });
});
