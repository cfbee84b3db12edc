import { beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

const INBOX = '/ui/violations?view=groups';

describeConsole('groups of violations', () => {
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
    for (const order of [
      { id: 'order-1', slow: true },
      { id: 'order-2', queries: 6 },
    ])
      await send(betrace, orderSpans(order));
    for (let n = 0; n < 7; n++) await send(betrace, orderSpans({ id: `unchecked-${n}`, checked: false }));
    await settled(betrace);
  });

  const rowsOf = (page: Page) => page.locator('tr[data-row]');
  const namesOf = async (page: Page): Promise<string[]> =>
    (await page.locator('.group-name').allInnerTexts()).map((name) => name.trim()).sort();
  interface Groups {
    readonly groups: readonly { readonly id: string; readonly muted: boolean; readonly acknowledged?: object; readonly count: number }[];
  }
  const groupOf = async (rule: string): Promise<Groups['groups'][number] | undefined> =>
    (await betrace.json<Groups>('GET', `/v1/violations/groups?rule_id=${rule}`)).body.groups[0];

  it('are listed once, each with its count, and lead to their violations', async () => {
    const page = await browser.page('/ui/violations');
    await becomes(() => rowsOf(page).count(), 9);
    await page.keyboard.press('f');
    await page.waitForURL(/view=groups/);
    await becomes(() => namesOf(page), ['charge without fraud check', 'one query per item', 'slow checkout']);
    const row = page.getByRole('row', { name: /charge without fraud check/ });
    expect(await row.innerText()).toMatch(/CRITICAL[\s\S]*New[\s\S]*7/);
    await row.getByRole('button', { name: 'charge without fraud check', exact: true }).click();
    await becomes(() => page.locator('.group-one').count(), 5);
    await page.waitForURL(/[?&]open=.*row=|[?&]row=.*open=/);
    await page.reload();
    await becomes(() => page.locator('.group-one').count(), 5);
    expect(await page.locator('tr[aria-selected="true"]').getAttribute('data-row')).toBe((await groupOf('charge-without-check'))?.id);
    await page.getByRole('link', { name: 'All 7 violations of this group' }).click();
    await becomes(() => rowsOf(page).count(), 7);
    expect(new URL(page.url()).searchParams.get('group_id')).toBe((await groupOf('charge-without-check'))?.id);
    await page.goBack();
    await becomes(() => rowsOf(page).count(), 3);
    await becomes(() => page.locator('.group-one').count(), 5);
  });

  it('are filtered like the flat list, and the URL keeps the part of the inbox', async () => {
    const page = await browser.page(`${INBOX}&severity=HIGH`);
    await becomes(() => namesOf(page), ['slow checkout']);
    await page.getByRole('button', { name: /^Muted/ }).click();
    await page.waitForURL(/inbox=muted/);
    await page.getByText('No group is muted').waitFor();
    await page.reload();
    await page.getByText('No group is muted').waitFor();
    await page.getByRole('button', { name: 'Show all groups' }).click();
    await becomes(() => namesOf(page), ['slow checkout']);
  });

  it('that are acknowledged leave the inbox, and return when that is revoked', async () => {
    const page = await browser.page(INBOX);
    await becomes(() => rowsOf(page).count(), 3);
    await page.getByRole('button', { name: /^Acknowledge one query per item/ }).click();
    await becomes(() => namesOf(page), ['charge without fraud check', 'slow checkout']);
    expect((await groupOf('query-per-item'))?.acknowledged).toBeDefined();
    await page.getByRole('button', { name: 'Undo' }).click();
    await becomes(() => rowsOf(page).count(), 3);
    expect((await groupOf('query-per-item'))?.acknowledged).toBeUndefined();
  });

  it('are muted in a service or everywhere, lose nothing, and are unmuted', async () => {
    const page = await browser.page(INBOX);
    await page.getByRole('button', { name: /^Mute slow checkout/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Mute' });
    await dialog.getByLabel('How long').selectOption('for 1 hour');
    await dialog.getByLabel(/Why/).fill('Known until the release');
    await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
    await becomes(() => namesOf(page), ['charge without fraud check', 'one query per item']);
    const { body } = await betrace.json<{ mutes: { service?: string; until?: string; note?: string }[] }>('GET', '/v1/mutes?active=true');
    expect(body.mutes).toEqual([expect.objectContaining({ service: 'storefront', note: 'Known until the release' })]);
    expect(Date.parse(body.mutes[0]?.until ?? '') - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(await groupOf('slow-checkout')).toMatchObject({ muted: true, count: 1 });
    await page.getByRole('button', { name: '1 muted group' }).click();
    await page.getByRole('button', { name: /^Unmute slow checkout/ }).click();
    await page.getByText('No group is muted').waitFor();
    expect(await groupOf('slow-checkout')).toMatchObject({ muted: false });
  });

  it('are muted until they get worse, which the dialog explains', async () => {
    const page = await browser.page(INBOX);
    await page.getByRole('button', { name: /^Mute slow checkout/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Mute' });
    await dialog.getByLabel('How long').selectOption('until it gets worse');
    await dialog.getByText(/more than twice as many come within an hour/).waitFor();
    await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
    await becomes(() => namesOf(page), ['charge without fraud check', 'one query per item']);
    const { body } = await betrace.json<{ mutes: { id: string }[] }>('GET', '/v1/mutes?active=true');
    expect(body.mutes).toEqual([expect.objectContaining({ rule_id: 'slow-checkout', worse_above: 10 })]);
    expect(body.mutes[0]).not.toHaveProperty('until');
    expect((await betrace.json('DELETE', `/v1/mutes/${body.mutes[0]!.id}`)).status).toBe(200);
  });

  it('are acknowledged and noted by the keyboard alone', async () => {
    const page = await browser.page(`${INBOX}&rule_id=charge-without-check`);
    await becomes(() => rowsOf(page).count(), 1);
    await page.keyboard.press('j');
    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog', { name: 'Note' });
    await dialog.getByRole('textbox').fill('The provider is down <b>since 10</b>');
    expect(await dialog.getByRole('textbox').inputValue()).not.toMatch(/^n/);
    await dialog.getByRole('button', { name: 'Add note' }).click();
    await page.getByText(/^Noted at/).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText('The provider is down <b>since 10</b>').waitFor();
    await page.keyboard.press('e');
    await page.getByText('Nothing is left to look at').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await becomes(() => rowsOf(page).count(), 1);
  });

  it('show why a mark was refused, and stay unchanged', async () => {
    const page = await browser.page(INBOX, {}, /503/);
    await becomes(() => rowsOf(page).count(), 3);
    await page.route('**/marks', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"Busy","detail":"The store is starting."}' }),
    );
    await page.getByRole('button', { name: /^Acknowledge slow checkout/ }).click();
    await page.getByText('Nothing was changed: The store is starting.').waitFor();
    expect(await rowsOf(page).count()).toBe(3);
  });

  it('are accessible, in dark and light, wide and narrow, expanded and with dialogs', async () => {
    const page = await browser.page(INBOX);
    await page.getByRole('button', { name: 'charge without fraud check', exact: true }).click();
    await becomes(() => page.locator('.group-one').count(), 5);
    await page.waitForLoadState('networkidle');
    expect(await problemsOf(page, 'groups')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: /^Mute slow checkout/ }).click();
    await page.reload();
    await page.getByRole('dialog', { name: 'Mute' }).waitFor();
    expect(await problemsOf(page, 'groups-mute')).toEqual([]);
  });
});
