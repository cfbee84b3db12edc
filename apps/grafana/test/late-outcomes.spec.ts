import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { becomes } from '../../console/test/becomes.js';
import { inEachGrafana } from './in-each-grafana.js';

/** Requests that are held until the test lets them go. */
interface Held {
  /** Resolves when a request has come. */
  readonly asked: Promise<void>;
  readonly release: () => void;
}

/** Holds requests of a method and path; then BeTrace answers them, or Grafana that it does not reach BeTrace. */
async function hold(page: Page, method: string, path: RegExp, fails: boolean): Promise<Held> {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  await page.route(path, async (route) => {
    if (route.request().method() !== method) return route.continue();
    asked.resolve();
    await released.promise;
    return fails ? route.fulfill({ status: 502, json: { message: 'Bad Gateway' } }) : route.continue();
  });
  return { asked: asked.promise, release: released.resolve };
}

/** Goes to another page of the app without loading it anew, as Grafana's menu does. */
async function leaveTo(page: Page, path: string): Promise<void> {
  await page.evaluate((place) => {
    history.pushState({}, '', `/a/betrace-app/${place}`);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}

const notifications = (page: Page): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as { notifications?: string[] }).notifications ?? []);
const placeOf = (page: Page): string => new URL(page.url()).pathname;

inEachGrafana('an outcome after its page was left', (world) => {
  const opened = async (path: string): Promise<Page> => {
    world.grafana.role = 'Editor';
    return world.browser.page(`/a/betrace-app/${path}`, {}, /502/);
  };
  const violationsAreShown = (page: Page) => page.getByText('Time Range').first().waitFor();

  it.each([
    ['a rule that was not saved', true, /^alert-warning: slow checkout was not saved: Grafana does not reach BeTrace/],
    ['a rule that was saved', false, /^alert-success: slow checkout is saved as version \d+/],
  ])('says %s, and leaves the page that is looked at', async (_, fails, said) => {
    const page = await opened('rules/slow-checkout');
    const held = await hold(page, 'PATCH', /\/v1\/rules\/slow-checkout/, fails);
    await page.locator('.cm-content').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await held.asked;
    await leaveTo(page, 'violations');
    await violationsAreShown(page);
    held.release();
    await becomes(async () => (await notifications(page)).join(), expect.stringMatching(said));
    expect(placeOf(page)).toBe('/a/betrace-app/violations');
  });

  it('says a rule that was not deleted, and keeps it', async () => {
    const page = await opened('rules');
    const held = await hold(page, 'DELETE', /\/v1\/rules\/declined/, true);
    await page.getByRole('button', { name: 'Delete declined charge' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await held.asked;
    await leaveTo(page, 'violations');
    await violationsAreShown(page);
    held.release();
    await becomes(
      () => notifications(page),
      [expect.stringMatching(/^alert-warning: declined charge was not deleted: Grafana does not reach BeTrace/)],
    );
    expect((await world.betrace.json('GET', '/v1/rules/declined')).status).toBe(200);
  });

  it.each([['before'], ['after']])('does not show a deleted rule to who returns to the list %s it is gone', async (when) => {
    const id = `short-lived-${when}`;
    await world.betrace.json('POST', '/v1/rules', { id, name: id, expression: 'span.name == "x"', severity: 'LOW' });
    const page = await opened('rules');
    const held = await hold(page, 'DELETE', new RegExp(`/v1/rules/${id}`), false);
    await page.getByRole('button', { name: `Delete ${id}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await held.asked;
    await leaveTo(page, 'violations');
    await violationsAreShown(page);
    if (when === 'after') {
      held.release();
      await becomes(async () => (await world.betrace.json('GET', `/v1/rules/${id}`)).status, 404);
    }
    await leaveTo(page, 'rules');
    await page.getByText('slow checkout').waitFor();
    held.release();
    await becomes(() => page.getByText(id).count(), 0);
    expect(await notifications(page)).toEqual([]);
  });

  it('says a rule that was not enabled, though one returned to the list meanwhile', async () => {
    await world.betrace.json('PATCH', '/v1/rules/query-per-item', { enabled: false });
    const page = await opened('rules');
    const held = await hold(page, 'PATCH', /\/v1\/rules\/query-per-item/, true);
    await page.getByLabel('Enabled: one query per item').click({ force: true });
    await held.asked;
    await leaveTo(page, 'violations');
    await violationsAreShown(page);
    await leaveTo(page, 'rules');
    await page.getByText('slow checkout').waitFor();
    held.release();
    await becomes(
      () => notifications(page),
      [expect.stringMatching(/^alert-warning: one query per item was not changed: Grafana does not reach BeTrace/)],
    );
    expect(await page.getByLabel('Enabled: one query per item').isChecked()).toBe(false);
  });

  it('says violations that were not exported', async () => {
    const page = await opened('violations');
    const held = await hold(page, 'GET', /\/v1\/violations\/export/, true);
    await page.getByRole('button', { name: 'Export CSV' }).click();
    await held.asked;
    await leaveTo(page, 'rules');
    await page.getByText('slow checkout').waitFor();
    held.release();
    await becomes(
      () => notifications(page),
      [expect.stringMatching(/^alert-warning: The violations were not exported: Grafana does not reach BeTrace/)],
    );
  });

  it('says a case that was not kept, because its rule was left before the trace was read', async () => {
    const page = await opened('rules/slow-checkout');
    const held = await hold(page, 'GET', /\/v1\/traces\//, true);
    await becomes(() => page.getByLabel(/^Trace id of a violation/).inputValue(), expect.stringMatching(/^order-/));
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByRole('button', { name: /^Keep as a case/ }).click();
    await held.asked;
    await leaveTo(page, 'violations');
    await violationsAreShown(page);
    held.release();
    await becomes(async () => (await notifications(page)).length, 1);
    expect((await notifications(page))[0]).toMatch(/^alert-warning: .*not kept/);
  });
});
