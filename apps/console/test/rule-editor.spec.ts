import { expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { ruleOf } from './shop-traces.js';
import { withShop } from './with-console.js';

describeConsole('the editor of rules', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withShop((console) => {
    ({ betrace, browser } = console);
  });

  it('are written with errors at their place, repaired by a button, and saved', async () => {
    const page = await browser.page('/ui/rules/new');
    await page.getByLabel('Name').fill('Failed charges');
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.fill('span.nmae == "charge card"');
    const problem = page.getByRole('list', { name: 'Problems' }).getByRole('listitem');
    await problem.getByText(/line 1, column 6/).waitFor();
    await becomes(() => page.locator('.cm-lintRange-error').innerText(), 'nmae');
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.getByText('1 error keeps it from being saved.').waitFor();
    expect(await problemsOf(page, 'rule-with-an-error')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await problem.getByRole('button', { name: 'Write name' }).click();
    await becomes(() => text.innerText(), 'span.name == "charge card"');
    await page.getByText('No errors.').waitFor();
    await text.press('ControlOrMeta+s');
    await page.waitForURL(/\/ui\/rules\/failed-charges$/);
    expect(await ruleOf(betrace, 'failed-charges')).toMatchObject({ version: 1, expression: 'span.name == "charge card"' });
  });

  it('complete fields and functions of the language', async () => {
    const page = await browser.page('/ui/rules/new');
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.click();
    await text.pressSequentially('span.dur');
    await page.getByRole('option', { name: /^duration/ }).click();
    await becomes(() => text.innerText(), 'span.duration');
    // Typed over, and typed fast: no letter is lost.
    await text.press('ControlOrMeta+a');
    await text.press('Backspace');
    await page.keyboard.type('span.kind == "client" and span.duration > 150ms');
    await becomes(() => text.innerText(), 'span.kind == "client" and span.duration > 150ms');
  });

  it('complete what was typed before the words of the language were loaded', async () => {
    const page = await browser.page('/ui/violations');
    const released = Promise.withResolvers<void>();
    await page.route('**/assets/checker-worker-*.js', async (route) => {
      await released.promise;
      await route.continue();
    });
    await page.goto(`${betrace.url}/ui/rules/new`);
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.click();
    await text.pressSequentially('span.dur');
    released.resolve();
    await page.getByRole('option', { name: /^duration/ }).click();
    await becomes(() => text.innerText(), 'span.duration');
  });

  it('complete names and values of attributes that were seen', async () => {
    const page = await browser.page('/ui/rules/new');
    const text = page.getByRole('textbox', { name: 'Expression' });
    const choose = (name: RegExp) => page.getByRole('option', { name }).click();
    await text.click();
    await page.keyboard.type('attribute.pay');
    await choose(/^payment\.amount\s*number/);
    await page.keyboard.type(' == ');
    await choose(/^1800/);
    await page.keyboard.type(' and span.attributes["ord');
    await choose(/^order\.id\s*string/);
    await page.keyboard.type(' == "order-2');
    await choose(/^"order-2"/);
    await page.keyboard.type(' and span.service == ');
    await choose(/^"payment"/);
    await becomes(
      () => text.innerText(),
      'attribute.payment.amount == 1800 and span.attributes["order.id"] == "order-2" and span.service == "payment"',
    );
  });

  it('name controls, each whole and once', async () => {
    const page = await browser.page('/ui/rules/declined');
    await page.getByRole('button', { name: 'Add a control' }).click();
    await page.getByLabel('Framework of control 1').fill(' SOC 2');
    await page.getByText('A control needs its framework and its name.').waitFor();
    expect(await page.getByRole('button', { name: /^Save/ }).isDisabled()).toBe(true);
    await page.getByLabel('Control 1', { exact: true }).fill('CC6.1');
    for (const control of ['CC7.2', 'CC6.1']) {
      await page.getByRole('button', { name: 'Add a control' }).click();
      await page
        .getByLabel(/^Control \d$/)
        .last()
        .fill(control);
    }
    await page.getByText('No errors.').waitFor();
    expect(await problemsOf(page, 'rule-controls')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: /^Save/ }).click();
    const controlsOf = async () => (await betrace.json<{ controls: object[] }>('GET', '/v1/rules/declined')).body.controls;
    await becomes(controlsOf, [
      { framework: 'SOC 2', control: 'CC6.1' },
      { framework: 'SOC 2', control: 'CC7.2' },
    ]);
    await becomes(() => page.getByRole('button', { name: /^Remove control/ }).count(), 2);
    await page.getByRole('button', { name: 'Remove control 1' }).click();
    await page.getByRole('button', { name: /^Save/ }).click();
    await becomes(controlsOf, [{ framework: 'SOC 2', control: 'CC7.2' }]);
  });

  it('keep a draft over leaving the page, until it is discarded', async () => {
    const page = await browser.page('/ui/rules/declined');
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.fill('span.status == "error"');
    await page.getByText('Not saved').waitFor();
    await page.getByRole('link', { name: 'Violations' }).first().click();
    await page.goBack();
    await becomes(() => text.innerText(), 'span.status == "error"');
    await page.getByRole('button', { name: 'Discard' }).click();
    await becomes(() => text.innerText(), 'span.name == "charge card" and span.status == "error"');
    expect((await ruleOf(betrace, 'declined')).version).toBe(3);
  });
});
