import { expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { RULES, ruleOf } from './shop-traces.js';
import { withShop } from './with-console.js';

describeConsole('versions of a rule', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withShop((console) => {
    ({ betrace, browser } = console);
  });

  it('of two people are not overwritten: three states of each member are shown for a decision', async () => {
    const page = await browser.page('/ui/rules/slow-checkout', {}, /status of 412/);
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.fill('span.name == "POST /checkout" and span.duration > 3s');
    await page.getByLabel('Tags').fill('shop');
    await page.getByText('No errors.').waitFor();
    const theirs = { expression: 'span.duration > 2s', severity: 'CRITICAL' };
    expect((await betrace.json('PATCH', '/v1/rules/slow-checkout', theirs)).status).toBe(200);
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'The rule was changed meanwhile' });
    const expression = dialog.getByRole('group', { name: 'Expression changed by both' });
    for (const each of [RULES[1].expression, 'span.duration > 2s', 'span.name == "POST /checkout" and span.duration > 3s'])
      await expression.getByText(each, { exact: true }).waitFor();
    await dialog.getByRole('group', { name: 'Severity changed by them' }).waitFor();
    await dialog.getByRole('group', { name: 'Tags changed by you' }).waitFor();
    await dialog.getByText('Decide about: expression.').waitFor();
    const save = dialog.getByRole('button', { name: 'Save as version 3' });
    expect(await save.isDisabled()).toBe(true);
    expect((await ruleOf(betrace, 'slow-checkout')).version).toBe(2);
    await expression.getByRole('button', { name: 'Edit' }).click();
    await dialog.getByLabel('Expression, edited').fill('span.name == "POST /checkout" and span.duration > 2500ms');
    expect(await problemsOf(page, 'rule-conflict')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await save.click();
    await page.getByText('Version 3', { exact: true }).first().waitFor();
    expect(await ruleOf(betrace, 'slow-checkout')).toMatchObject({
      version: 3,
      expression: 'span.name == "POST /checkout" and span.duration > 2500ms',
      severity: 'CRITICAL',
      tags: ['shop'],
    });
  });

  it('of two people continue as the other version, when the user chooses it', async () => {
    const page = await browser.page('/ui/rules/declined', {}, /status of 412/);
    await page.getByLabel('Description').fill('mine');
    await page.getByText('No errors.').waitFor();
    const { version } = await ruleOf(betrace, 'declined');
    expect((await betrace.json('PATCH', '/v1/rules/declined', { description: 'theirs' })).status).toBe(200);
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'The rule was changed meanwhile' });
    await dialog.getByRole('button', { name: 'Take all of theirs' }).click();
    await dialog.getByRole('button', { name: `Go on with version ${version + 1}` }).click();
    await becomes(() => page.getByLabel('Description').inputValue(), 'theirs');
    await becomes(() => page.getByText('Not saved').count(), 0);
    expect((await ruleOf(betrace, 'declined')).version).toBe(version + 1);
  });

  it('have a history: the changes of each member, and a restore', async () => {
    const page = await browser.page('/ui/rules/slow-checkout?tab=history');
    const versions = page.getByRole('list', { name: 'Versions' });
    await versions
      .getByText(/^changed .*expression/)
      .first()
      .waitFor();
    await versions.getByRole('button', { name: 'Compare' }).last().click();
    await versions.getByText('- span.name == "POST /checkout" and span.duration > 1s').waitFor();
    await page.reload();
    const differences = versions.getByLabel('Version 1 and version 3');
    await becomes(() => differences.getByRole('term').allInnerTexts(), ['Expression', 'Severity', 'Tags']);
    expect(await problemsOf(page, 'rule-history')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await versions.getByRole('button', { name: 'Restore version 1' }).click();
    await page.getByText('Version 1 is in force again, as version 4').waitFor();
    await becomes(() => page.getByRole('textbox', { name: 'Expression' }).innerText(), RULES[1].expression);
    expect(await ruleOf(betrace, 'slow-checkout')).toMatchObject({ version: 4, expression: RULES[1].expression });
  });
});
