import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { BeTrace } from '../../../test/harness/betrace.js';
import { eventually } from '../../../test/harness/eventually.js';
import { freePorts } from '../../../test/harness/free-port.js';
import { accessibilityOf, describeConsole, problemsOf, TestBrowser } from './browser.js';

const ISSUER = join(import.meta.dirname, 'issuer/main.mjs');

describeConsole('a sign-in at an OpenID Connect issuer', () => {
  let issuer: ChildProcess;
  let issuerUrl: string;
  let betrace: BeTrace;
  let browser: TestBrowser;
  const env = () => ({
    BETRACE_OIDC_ISSUER: issuerUrl,
    BETRACE_OIDC_AUDIENCE: 'betrace',
    BETRACE_OIDC_CONSOLE_CLIENT_ID: 'console',
    BETRACE_OIDC_CONSOLE_SCOPE: 'openid betrace:read',
    BETRACE_OIDC_CONSOLE_PARAMETERS: 'resource=https://betrace.test',
  });
  const startIssuer = async (): Promise<void> => {
    issuer = spawn(process.execPath, [ISSUER, new URL(issuerUrl).port, `${betrace.url}/ui/signed-in`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(issuer.stdout as NodeJS.ReadableStream, 'data');
  };
  beforeAll(async () => {
    issuerUrl = `http://127.0.0.1:${(await freePorts(1))[0]}`;
    // It starts before its issuer does, and people can still sign in.
    betrace = await BeTrace.start({ env: env() });
    browser = await TestBrowser.start(() => betrace.url);
  });
  afterAll(async () => {
    await browser?.close();
    await betrace?.stop();
    issuer?.kill('SIGKILL');
  });
  afterEach(async () => expect(await browser.closePages()).toEqual([]));

  // The issuer's own page for development asks for a font of the web.
  const open = (path: string) =>
    browser.page(path, {}, /status of 401|asks another host: (?:http:\/\/127\.0\.0\.1:|https:\/\/fonts\.googleapis\.com\/)/);

  it('says that the issuer is unavailable, and retries', async () => {
    const page = await open('/ui/rules');
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    await dialog.getByText(/does not answer/).waitFor();
    expect(await problemsOf(page, 'sign-in-issuer-away')).toEqual([]);
    await startIssuer();
    // The server asks it every five seconds at most, and says the last answer meanwhile.
    await eventually(
      'a way to the issuer',
      async () => {
        if ((await dialog.getByRole('button', { name: /^Sign in at 127\.0\.0\.1:/ }).count()) > 0) return true;
        await dialog.getByRole('button', { name: 'Ask the issuer again' }).click({ timeout: 5_000 });
        return undefined;
      },
      60_000,
      500,
    );
  });

  it("leads there and back to the former page, with the user's permissions", async () => {
    const page = await open('/ui/rules?q=slow');
    const dialog = page.getByRole('dialog', { name: 'Sign in' });
    const button = dialog.getByRole('button', { name: /^Sign in at/ });
    await button.waitFor();
    expect(await accessibilityOf(page)).toEqual([]);
    await page.route('https://fonts.googleapis.com/**', (route) => route.fulfill({ contentType: 'text/css', body: '' }));
    await page.route(`${issuerUrl}/favicon.ico`, (route) => route.fulfill({ status: 204 }));
    await button.click();
    await page.waitForURL(`${issuerUrl}/**`);
    await page.locator('input[name=login]').fill('ada');
    await page.locator('input[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
    await page.getByRole('button', { name: /continue/i }).click();
    await page.waitForURL(/\/ui\/rules\?q=slow$/);
    await page.getByText('No rule yet').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    // The token is for reading: the server says so of a change.
    const header = await page.evaluate(() => JSON.parse(sessionStorage.getItem('betrace.api-key') ?? '{}').value as string);
    const asked = await fetch(`${betrace.url}/v1/rules`, {
      method: 'POST',
      headers: { authorization: header, 'content-type': 'application/json' },
      body: '{"name":"a","expression":"span.duration > 1s"}',
    });
    expect([asked.status, (await asked.json()).code]).toEqual([403, 'BT_HTTP_FORBIDDEN']);
    // Nothing remains for another user, and the redirect works only once.
    expect(await page.evaluate(() => sessionStorage.getItem('betrace.sign-in'))).toBeNull();
    await page.goto(`${betrace.url}/ui/signed-in?code=again`);
    // The issuer knows the account, and asks for consent alone. It leads to the console, and not to the way back.
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.getByRole('button', { name: /continue/i }).click();
    await page.waitForURL(/\/ui\/violations$/);
    await page.getByText('No violation was found yet').waitFor();
  });

  it.each([
    ['a code that another tab asked for', '?code=stolen&state=x', /begun in another tab, or is over already/],
    ['no code at all', '', /begun in another tab, or is over already/],
  ])('fails with %s', async (_what, query, why) => {
    const page = await open(`/ui/signed-in${query}`);
    await page.getByText(why).waitFor();
    expect(new URL(page.url()).search).toBe('');
    expect(await problemsOf(page, 'signed-in-failing')).toEqual([]);
  });

  it('that began here fails with another state, or when the issuer refuses', async () => {
    for (const [query, why] of [
      ['?code=stolen&state=x', /unexpected "state"/],
      ['?error=access_denied&error_description=Not+you&state=S', /The issuer says: Not you/],
    ] as const) {
      const page = await open('/ui/rules');
      await page.route(`${issuerUrl}/**`, (route) => route.fulfill({ status: 200, body: 'issuer' }));
      await page
        .getByRole('dialog', { name: 'Sign in' })
        .getByRole('button', { name: /^Sign in at/ })
        .click();
      await page.waitForURL(`${issuerUrl}/**`);
      const asked = new URL(page.url()).searchParams;
      expect(asked.get('code_challenge_method')).toBe('S256');
      const answer = `${query.replace('S', asked.get('state') ?? '')}&iss=${encodeURIComponent(issuerUrl)}`;
      await page.goto(`${betrace.url}/ui/signed-in${answer}`);
      await page.getByText(why).waitFor();
      expect(await page.evaluate(() => sessionStorage.getItem('betrace.api-key'))).toBeNull();
    }
  });
});
