import { expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

describeConsole('the test cases of a rule', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });

  const ruleOf = async (id: string) => (await betrace.json<Record<string, unknown>>('GET', `/v1/rules/${id}`)).body;

  it('are run at each save: a failing one is shown, and saving anyway is reported', async () => {
    const page = await browser.page('/ui/rules/new?on=pasted&trace_id=order-7', {}, /status of 422/);
    await page.getByLabel('Name', { exact: true }).fill('Slow checkouts');
    await page.getByRole('textbox', { name: 'Expression' }).fill('span.duration > 1s');
    const panel = page.getByRole('region', { name: 'Try it' });
    await panel.getByRole('tab', { name: 'Cases' }).click();
    await panel.getByRole('button', { name: 'Add a case' }).click();
    await page.getByText('A test case needs a name and a trace.').waitFor();
    await panel.getByLabel('Name of case 1').fill('quick');
    await panel.getByLabel('Trace of case 1').fill('checkout 10ms\n  charge 2ms');
    await panel.getByRole('button', { name: 'Run the cases' }).click();
    await panel.getByText('1 case fails, of 1.').waitFor();
    await panel.getByText(/Fails: expected a match, and there is none \(in one batch\)/).waitFor();
    expect(await problemsOf(page, 'rule-cases')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Test cases fail' });
    await dialog.getByText('quick: expected a match, and there is none (in one batch)').waitFor();
    expect(await problemsOf(page, 'rule-cases-fail')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect((await betrace.json('GET', '/v1/rules/slow-checkouts')).status).toBe(404);
    await dialog.getByRole('button', { name: 'Show the cases' }).click();
    await becomes(async () => new URL(page.url()).search, '?on=pasted&trace_id=order-7&tab=cases');
    await page.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('button', { name: 'Save anyway' }).click();
    await page.waitForURL(/\/ui\/rules\/slow-checkouts/);
    expect(await ruleOf('slow-checkouts')).toMatchObject({ version: 1, tests: [{ name: 'quick', expect: 'match' }] });
    await page.getByRole('region', { name: 'Try it' }).getByRole('tab', { name: 'Cases 1' }).click();
    await page.getByLabel('Expected of case 1').selectOption('no match');
    await page.getByRole('button', { name: 'Save' }).click();
    await becomes(async () => (await ruleOf('slow-checkouts'))['version'], 2);
  });

  it('are run at a restore and an import, too, which the user may force', async () => {
    const wrong = { name: 'slow', trace: 'checkout 2s', expect: 'no match' };
    const rule = { id: 'kept', name: 'Kept', expression: 'span.duration > 1s', tests: [wrong] };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    expect((await betrace.json('PATCH', '/v1/rules/kept', { severity: 'LOW', tests: [] })).status).toBe(200);
    const page = await browser.page('/ui/rules/kept?tab=history', {}, /status of 422/);
    const versions = page.getByRole('list', { name: 'Versions' });
    await versions.getByRole('button', { name: 'Compare' }).click();
    await versions.getByRole('button', { name: 'Restore version 1' }).click();
    const dialog = page.getByRole('dialog', { name: 'Test cases fail' });
    await dialog.getByText('slow: expected no match, and the rule matches (in one batch)').waitFor();
    expect((await ruleOf('kept'))['version']).toBe(2);
    await dialog.getByRole('button', { name: 'Restore anyway' }).click();
    await page.getByText('Version 1 is in force again, as version 3').waitFor();
    await page.goto(`${betrace.url}/ui/rules`);
    await page.getByRole('button', { name: 'Import' }).click();
    const imports = page.getByRole('dialog', { name: 'Import rules' });
    await imports.getByRole('textbox').fill(JSON.stringify([{ ...rule, severity: 'CRITICAL' }]));
    await imports.getByRole('button', { name: 'Show what would change' }).click();
    await imports.getByRole('button', { name: 'Import 1 change' }).click();
    await imports.getByText('kept: slow: expected no match, and the rule matches (in one batch)').waitFor();
    expect(await problemsOf(page, 'rules-import-cases')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect((await ruleOf('kept'))['version']).toBe(3);
    await imports.getByRole('button', { name: 'Import anyway' }).click();
    await becomes(async () => (await ruleOf('kept'))['version'], 4);
  });

  it('are kept from the trace of a violation', async () => {
    await openShop(betrace);
    await send(betrace, orderSpans({ id: 'order-1', checked: false }));
    await settled(betrace);
    const page = await browser.page('/ui/rules/charge-without-check');
    const panel = page.getByRole('region', { name: 'Try it' });
    await becomes(() => panel.getByRole('combobox').inputValue(), 'order-1');
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByRole('button', { name: 'Keep as a case' }).click();
    await becomes(() => panel.getByLabel('Expected of case 1').inputValue(), 'match');
    await page.getByRole('button', { name: 'Save' }).click();
    await becomes(async () => (await ruleOf('charge-without-check'))['version'], 2);
    const { tests } = (await ruleOf('charge-without-check')) as { readonly tests: readonly { readonly trace: string }[] };
    expect(JSON.parse(tests[0]?.trace ?? '')).toMatchObject({ trace_id: 'order-1', complete: true });
  });

  it('and every other member of a rule are in its form, and saving loses none', async () => {
    const rule = {
      id: 'whole',
      name: 'Whole',
      description: 'All that a rule has',
      expression: 'attribute.amount > 1000',
      severity: 'HIGH',
      tags: ['payments'],
      controls: [{ framework: 'SOC 2', control: 'CC6.1' }],
      emit_evidence: true,
      mode: 'shadow',
      message: 'too much',
      on_error: 'undecided',
      tests: [{ name: 'a text', trace: 'charge amount="5000"', expect: 'undecided' }],
    };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    const page = await browser.page('/ui/rules/whole');
    expect(await page.getByLabel('Message of its violations').inputValue()).toBe('too much');
    expect(await page.getByLabel('A value of another type').inputValue()).toBe('undecided');
    expect(await page.getByLabel(/Traces that comply/).isChecked()).toBe(true);
    expect(await problemsOf(page, 'rule-form')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByLabel('Description').fill('Changed');
    await page.getByText('No errors.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await becomes(async () => (await ruleOf('whole'))['version'], 2);
    expect(await ruleOf('whole')).toMatchObject({ ...rule, description: 'Changed' });
    await page.getByLabel('Message of its violations').fill('');
    await page.getByLabel('A value of another type').selectOption('no_match');
    await page.getByRole('region', { name: 'Try it' }).getByRole('tab', { name: 'Cases 1' }).click();
    await page.getByRole('button', { name: 'Remove case 1' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await becomes(async () => (await ruleOf('whole'))['version'], 3);
    const saved = await ruleOf('whole');
    expect(saved).toMatchObject({ on_error: 'no_match', emit_evidence: true });
    expect([saved['message'], saved['tests']]).toEqual([undefined, undefined]);
  });
});
