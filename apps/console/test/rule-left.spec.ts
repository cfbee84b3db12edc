import { expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, type TestBrowser } from './browser.js';
import { ruleOf } from './shop-traces.js';
import { withShop } from './with-console.js';

describeConsole('a rule whose page is left', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withShop((console) => {
    ({ betrace, browser } = console);
  });

  it('do not return to a page that was left while a rule was saved', async () => {
    const page = await browser.page('/ui/rules/new?name=left%20alone&expression=span.duration%20%3E%201h', {}, /status of 503/);
    const answer = Promise.withResolvers<void>();
    await page.route('**/v1/rules?run_tests=true', async (route) => {
      await answer.promise;
      await route.continue();
    });
    await page.getByText('No errors.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Saving' }).waitFor();
    await page.getByRole('link', { name: 'Violations', exact: true }).click();
    await page.waitForURL(/\/ui\/violations$/);
    answer.resolve();
    await page.getByText('Saved as version 1').waitFor();
    expect(new URL(page.url()).pathname).toBe('/ui/violations');
    // An error is shown there, too.
    await page.goto(`${betrace.url}/ui/rules/left-alone`);
    const refusal = Promise.withResolvers<void>();
    await page.route('**/v1/rules/left-alone?run_tests=true', async (route) => {
      await refusal.promise;
      await route.fulfill({ status: 503, json: { status: 503, detail: 'the database is unavailable' } });
    });
    await page.getByLabel('Description').fill('changed');
    await page.getByText('No errors.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Saving' }).waitFor();
    await page.getByRole('link', { name: 'Violations', exact: true }).click();
    await page.waitForURL(/\/ui\/violations$/);
    refusal.resolve();
    await page.getByText('left alone was not saved, and its draft is kept: the database is unavailable').waitFor();
    expect((await betrace.json('DELETE', '/v1/rules/left-alone')).status).toBe(204);
  });

  it('say what became of a deletion and of a kept trace also to those who left the page meanwhile, and write nothing there', async () => {
    const rule = { id: 'to-go', name: 'to go', expression: 'span.duration > 1h' };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    const page = await browser.page('/ui/rules/to-go?tab=test', {}, /status of 4(04|12)/);
    const leave = async (): Promise<void> => {
      await page.getByRole('link', { name: 'Violations', exact: true }).click();
      await page.waitForURL(/\/ui\/violations$/);
    };
    const comeBack = async (): Promise<void> => {
      await page.goBack();
      await page.waitForURL(/\/ui\/rules\/to-go/);
    };
    /** Answers these requests when it is called. */
    const hold = async (pattern: string, method: string): Promise<() => void> => {
      const answer = Promise.withResolvers<void>();
      await page.unroute(pattern);
      await page.route(pattern, async (route) => {
        if (route.request().method() !== method) return route.fallback();
        await answer.promise;
        await route.continue();
      });
      return answer.resolve;
    };
    const panel = page.getByRole('region', { name: 'Try it' });
    const cases = panel.getByRole('tab', { name: /^Cases/ });
    const keep = async (): Promise<() => void> => {
      const answer = await hold('**/v1/traces/*', 'GET');
      await panel.getByRole('button', { name: 'Test', exact: true }).click();
      await panel.getByText('No match: it would not be a violation.').waitFor();
      await panel.getByRole('button', { name: 'Keep as a case' }).click();
      await becomes(() => panel.getByRole('button', { name: 'Keep as a case' }).isDisabled(), true);
      return answer;
    };
    const kept = await keep();
    await leave();
    kept();
    await page.getByText(/was not kept as a case: its rule was left/).waitFor();
    expect(new URL(page.url()).search).toBe('');
    await comeBack();
    await becomes(() => cases.innerText(), 'Cases');
    // To another tab of it: the case is added to those that were added meanwhile.
    const added = await keep();
    await cases.click();
    await panel.getByRole('button', { name: 'Add a case' }).click();
    await becomes(() => cases.innerText(), 'Cases 1');
    await panel.getByRole('tab', { name: 'History' }).click();
    added();
    await page.getByText(/is kept as a case$/).waitFor();
    await becomes(() => cases.innerText(), 'Cases 2');
    expect(new URL(page.url()).searchParams.get('tab')).toBe('history');
    await page.getByRole('button', { name: 'Discard' }).click();

    const deletion = async (): Promise<() => void> => {
      const answer = await hold('**/v1/rules/to-go', 'DELETE');
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('dialog', { name: 'Delete the rule' }).getByRole('button', { name: 'Delete', exact: true }).click();
      return answer;
    };
    await page.getByText('Version 1', { exact: true }).first().waitFor();
    expect((await betrace.json('PATCH', '/v1/rules/to-go', { description: 'still needed' })).status).toBe(200);
    const refused = await deletion();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await leave();
    refused();
    await page.getByText(/^to go was not deleted: /).waitFor();
    expect(new URL(page.url()).pathname).toBe('/ui/violations');
    expect((await ruleOf(betrace, 'to-go')).version).toBe(2);
    await comeBack();
    await page.getByText('Version 2', { exact: true }).first().waitFor();
    const deleted = await deletion();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await leave();
    deleted();
    await page.getByText('to go was deleted; its violations stay').waitFor();
    expect(new URL(page.url()).pathname).toBe('/ui/violations');
    await comeBack();
    await page.getByText('There is no such rule.').waitFor();
  });
});
