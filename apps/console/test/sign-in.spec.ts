import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { BeTrace } from '../../../test/harness/betrace.js';
import { Issuer } from '../../../test/harness/services/issuer.js';
import { becomes } from './becomes.js';
import { accessibilityOf, describeConsole, problemsOf, TestBrowser } from './browser.js';

const KEY = 'secret-of-the-house';
/** What a page reports of a server that refuses it, ends, is away or starts: which of these depends on the moment of a request. */
const SERVER_AWAY = /status of (401|503)|net::ERR_/;

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

  it('gets the entered key, after it refused a wrong one', async () => {
    const page = await browser.page('/ui/violations', {}, /status of 401/);
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
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

  it('is not asked for by each repeated request after it was left for later, but by the next action', async () => {
    const page = await browser.page('/ui/violations', {}, /status of 401/);
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    const button = page.getByRole('button', { name: 'Sign in' });
    const leave = async (): Promise<void> => {
      await dialog.waitFor();
      await page.keyboard.press('Escape');
      await becomes(() => dialog.count(), 0);
      await button.waitFor();
    };
    await leave();
    // By itself the page asks the server again and again, and is refused each time.
    for (let repeated = 0; repeated < 2; repeated++) await page.waitForResponse((response) => response.status() === 401);
    const refused = page.waitForResponse((response) => response.status() === 401);
    await page.getByLabel('Search violations').pressSequentially('text');
    await refused;
    expect(await dialog.count()).toBe(0);
    expect(await problemsOf(page, 'sign-in-left')).toEqual([]);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await leave();
    await button.click();
    await dialog.getByLabel('API key').fill(KEY);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await becomes(() => page.getByRole('alert').count(), 0);
    expect(await button.count()).toBe(0);
  });

  it('is shown as unavailable when it is, with a retry', async () => {
    const page = await browser.page('/ui/violations', {}, new RegExp(`${SERVER_AWAY.source}|dynamically imported module|BrokenPage`));
    await page.getByRole('dialog', { name: 'Sign in' }).getByLabel('API key').fill(KEY);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No violation was found yet').waitFor();
    await betrace.stop();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('The list could not be read.').waitFor();
    await page.getByText('The server does not answer.').first().waitFor();
    // Another page, whose code was not needed before.
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.getByRole('alert').getByText('Its code did not load').waitFor();
    expect(await accessibilityOf(page)).toEqual([]);
    await page.goBack();
    await page.getByText('The list could not be read.').waitFor();
    betrace = await BeTrace.start({ env: { BETRACE_API_KEY: KEY }, ports: betrace.ports });
    await page.getByRole('region', { name: 'List' }).getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No violation was found yet').waitFor();
    await page.goForward();
    await page.getByRole('button', { name: 'Load again' }).click();
    await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
  });

  it('keeps what was typed when a key is revoked in the middle of it, and continues with another one', async () => {
    const page = await browser.page('/ui/rules/new', {}, SERVER_AWAY);
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    const signIn = async (key: string): Promise<void> => {
      await dialog.getByLabel('API key').fill(key);
      await dialog.getByRole('button', { name: 'Sign in' }).click();
      await becomes(() => dialog.count(), 0);
    };
    // After a restart another request of the page may be refused first, and open the dialog.
    const saveRefused = (): Promise<void> =>
      becomes(async () => {
        if ((await dialog.count()) > 0) await page.keyboard.press('Escape');
        const clicked = page.getByRole('button', { name: 'Save' }).click({ timeout: 1_000 });
        return clicked.then(
          () => true,
          () => false,
        );
      }, true);
    await signIn(KEY);
    await page.getByLabel('Name').fill('slow nights');
    await page.getByRole('textbox', { name: 'Expression' }).fill('span.duration > 8h');
    const panel = page.getByRole('region', { name: 'Try it' });
    await panel.getByRole('button', { name: 'Paste JSON' }).click();
    await panel.getByRole('textbox').fill('{"spans": []}');
    await betrace.stop();
    betrace = await BeTrace.start({ env: { BETRACE_API_KEY: 'the next one' }, ports: betrace.ports });
    await saveRefused();
    await dialog.getByText('The server refused the last one.').waitFor();
    // Left for later, it asks again at the next refusal.
    await page.keyboard.press('Escape');
    await becomes(() => dialog.count(), 0);
    await page.getByText('The rule was not saved.').waitFor();
    await saveRefused();
    await signIn('the next one');
    expect(await page.getByLabel('Name').inputValue()).toBe('slow nights');
    expect(await page.getByRole('textbox', { name: 'Expression' }).innerText()).toBe('span.duration > 8h');
    expect(await panel.getByRole('textbox').inputValue()).toBe('{"spans": []}');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/\/ui\/rules\/slow-nights$/);
    await betrace.stop();
    betrace = await BeTrace.start({ env: { BETRACE_API_KEY: KEY }, ports: betrace.ports });
  });

  it('is used for all that was requested before it was entered, and refused after it', async () => {
    const page = await browser.page('/ui/no-such-page', {}, /status of 401/);
    const released = Promise.withResolvers<void>();
    await page.route(/\/v1\/violations\?/, async (route) => {
      await released.promise;
      await route.continue();
    });
    await page.goto(`${betrace.url}/ui/violations`);
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByLabel('API key').fill(KEY);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await becomes(() => dialog.count(), 0);
    released.resolve();
    await page.getByText('No violation was found yet').waitFor();
    await becomes(() => page.getByRole('alert').count(), 0);
    expect(await dialog.count()).toBe(0);
  });

  it('is still used where the browser keeps nothing for the page', async () => {
    const page = await browser.page('/ui/no-such-page', {}, /status of 401/);
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {
          get: () => {
            throw new DOMException('denied', 'SecurityError');
          },
        });
    });
    await page.goto(`${betrace.url}/ui/violations`);
    await page.getByRole('dialog', { name: 'Sign in' }).getByLabel('API key').fill(KEY);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No violation was found yet').waitFor();
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.getByRole('button', { name: 'Light' }).waitFor();
  });
});

describeConsole('a server with an OpenID Connect issuer', () => {
  let issuer: Issuer;
  let betrace: BeTrace;
  let browser: TestBrowser;
  beforeAll(async () => {
    issuer = await Issuer.start();
    betrace = await BeTrace.start({ env: { BETRACE_OIDC_ISSUER: issuer.url, BETRACE_OIDC_AUDIENCE: 'betrace' } });
    browser = await TestBrowser.start(() => betrace.url);
  });
  afterAll(async () => {
    await browser?.close();
    await betrace?.stop();
    await issuer?.close();
  });
  afterEach(async () => expect(await browser.closePages()).toEqual([]));

  it('gets a token of the issuer, and the page asks for no API key if there are none', async () => {
    const page = await browser.page('/ui/violations', {}, /status of 401/);
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByLabel('Bearer token').fill(await issuer.token({ scope: 'betrace:read', aud: 'somebody else' }));
    expect(await dialog.getByRole('group', { name: 'Sign in by' }).count()).toBe(0);
    expect(await accessibilityOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.getByText('The server refused the last one.').waitFor();
    await dialog.getByLabel('Bearer token').fill('schlüssel');
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.getByText('beyond ASCII').waitFor();
    // As it is often copied: with the word before it.
    await dialog.getByLabel('Bearer token').fill(`Bearer ${await issuer.token({ scope: 'betrace:read' })}`);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No violation was found yet').waitFor();
    expect(await dialog.count()).toBe(0);
    await page.reload();
    await page.getByText('No violation was found yet').waitFor();
  });

  it('and with API keys offers both', async () => {
    await betrace.stop();
    const env = { BETRACE_API_KEY: KEY, BETRACE_OIDC_ISSUER: issuer.url, BETRACE_OIDC_AUDIENCE: 'betrace' };
    betrace = await BeTrace.start({ env });
    const page = await browser.page('/ui/violations', {}, /status of 401/);
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByLabel('API key', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Bearer token' }).click();
    await dialog.getByLabel('Bearer token', { exact: true }).fill(await issuer.token({ scope: 'betrace:read' }));
    expect(await problemsOf(page, 'sign-in')).toEqual([]);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No violation was found yet').waitFor();
  });
});
