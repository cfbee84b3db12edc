import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { BeTrace } from '../../../test/harness/betrace.js';
import { accessibilityOf, describeConsole, TestBrowser } from './browser.js';

const KEY = 'secret-of-the-house';

describeConsole('a server with an API key', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  beforeAll(async () => {
    betrace = await BeTrace.start({ env: { BETRACE_API_KEY: KEY } });
    browser = await TestBrowser.start(() => betrace.url);
  });
  afterAll(async () => {
    await browser?.close();
    await betrace?.stop();
  });
  afterEach(async () => expect(await browser.closePages()).toEqual([]));

  it('is asked with the key that one gives, after it refused a wrong one', async () => {
    const page = await browser.page('/ui/violations', {}, /status of 401/);
    const dialog = page.getByRole('dialog', { name: 'API key' });
    await dialog.waitFor();
    expect(await accessibilityOf(page)).toEqual([]);
    await dialog.getByLabel('API key').fill('wrong');
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.getByText('The server refused the last one.').waitFor();
    await dialog.getByLabel('API key').fill(KEY);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No violation was found yet').waitFor();
    expect(await dialog.count()).toBe(0);
    await page.reload();
    await page.getByText('No violation was found yet').waitFor();
  });

  it('that goes away is said to be away, and is asked again when one likes', async () => {
    const page = await browser.page('/ui/violations', {}, /status of (401|503)|ERR_CONNECTION_(REFUSED|RESET)/);
    await page.getByRole('dialog', { name: 'API key' }).getByLabel('API key').fill(KEY);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No violation was found yet').waitFor();
    await betrace.stop();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('The list could not be read.').waitFor();
    await page.getByText('The server does not answer.').first().waitFor();
    betrace = await BeTrace.start({ env: { BETRACE_API_KEY: KEY }, ports: betrace.ports });
    await page.getByRole('region', { name: 'List' }).getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No violation was found yet').waitFor();
  });
});
