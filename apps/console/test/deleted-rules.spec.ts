import { beforeAll, expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { withConsole } from './with-console.js';

const ID = 'slow-export';

describeConsole('a rule that another person changes or deletes during the edit', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });
  beforeAll(async () => {
    const rule = { id: ID, name: 'slow export', expression: 'span.duration > 1h', tags: ['files'] };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
  });
  const ruleNow = async () =>
    (await betrace.json<{ name: string; mode: string; expression: string; tags: string[] }>('GET', `/v1/rules/${ID}`)).body;
  const deleteIt = async (): Promise<void> => {
    expect((await betrace.json('DELETE', `/v1/rules/${ID}`)).status).toBe(204);
  };

  it('loses nothing of both when it is renamed and turned off meanwhile', async () => {
    const page = await browser.page(`/ui/rules/${ID}`, {}, /status of 412/);
    await page.getByRole('textbox', { name: 'Expression' }).fill('span.duration > 2h');
    await page.getByText('No errors.').waitFor();
    expect((await betrace.json('PATCH', `/v1/rules/${ID}`, { name: 'export takes long', mode: 'off' })).status).toBe(200);
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'The rule was changed meanwhile' });
    await dialog.getByRole('group', { name: 'Name changed by them' }).waitFor();
    await dialog.getByRole('group', { name: 'Mode changed by them' }).waitFor();
    await dialog.getByRole('group', { name: 'Expression changed by you' }).waitFor();
    await dialog.getByRole('button', { name: 'Save as version 3' }).click();
    await page.getByRole('heading', { name: 'export takes long' }).waitFor();
    await page.getByText('Version 3', { exact: true }).first().waitFor();
    expect(await ruleNow()).toMatchObject({ name: 'export takes long', mode: 'off', expression: 'span.duration > 2h', tags: ['files'] });
  });

  it('is created again by the one who edits it, with all that was typed', async () => {
    const page = await browser.page(`/ui/rules/${ID}`, {}, /status of 404/);
    await page.getByLabel('Tags').fill('files, nightly');
    await page.getByText('No errors.').waitFor();
    await deleteIt();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody deleted this rule meanwhile.').waitFor();
    expect(await page.getByLabel('Tags').inputValue()).toBe('files, nightly');
    expect((await betrace.json('GET', `/v1/rules/${ID}`)).status).toBe(404);
    expect(await problemsOf(page, 'rule-deleted-meanwhile')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Create it again' }).click();
    await becomes(() => page.getByText('Somebody deleted this rule meanwhile.').count(), 0);
    expect(await ruleNow()).toMatchObject({ expression: 'span.duration > 2h', tags: ['files', 'nightly'] });
    // It is a rule as before: it is changed, not created.
    await page.getByLabel('Tags').fill('files');
    await page.getByRole('button', { name: 'Save' }).click();
    await becomes(async () => (await ruleNow()).tags, ['files']);
  });

  it('shows what was typed also to the one who left the page, and comes back after it was deleted', async () => {
    const page = await browser.page(`/ui/rules/${ID}`, {}, /status of 4(04|12)/);
    await page.getByLabel('Description').fill('typed before it was deleted');
    await page.getByText('Not saved').waitFor();
    await page.goto(`${betrace.url}/ui/violations`);
    await deleteIt();
    await page.goto(`${betrace.url}/ui/rules/${ID}`);
    await page.getByText('Somebody deleted this rule meanwhile.').waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('typed before it was deleted');
    // A third person creates it again first: that one is not overwritten.
    const theirs = { id: ID, name: 'of a third person', expression: 'span.duration > 3h' };
    expect((await betrace.json('POST', '/v1/rules', theirs)).status).toBe(201);
    await page.getByText('No errors.').waitFor();
    await page.getByRole('button', { name: 'Create it again' }).click();
    const dialog = page.getByRole('dialog', { name: 'The rule was changed meanwhile' });
    await dialog.getByRole('group', { name: /^Name changed by/ }).waitFor();
    expect(await ruleNow()).toMatchObject({ name: 'of a third person' });
    await page.keyboard.press('Escape');
    expect(await page.getByLabel('Description').inputValue()).toBe('typed before it was deleted');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('heading', { name: 'of a third person' }).waitFor();
  });

  it('leaves no empty form to the one who discards what was typed for a deleted rule', async () => {
    const page = await browser.page(`/ui/rules/${ID}`, {}, /status of 404/);
    await page.getByLabel('Description').fill('typed before it was deleted');
    await page.getByText('Not saved').waitFor();
    await page.goto(`${betrace.url}/ui/violations`);
    await deleteIt();
    await page.goto(`${betrace.url}/ui/rules/${ID}`);
    await page.getByText('Somebody deleted this rule meanwhile.').waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.waitForURL(/\/ui\/rules$/);
    await page.goto(`${betrace.url}/ui/rules/${ID}`);
    await page.getByText('There is no such rule.').waitFor();
  });
});
