import { expect, it } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { openShop, orderSpans, RULES, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

/** A trace as OTLP's exporters write it to files. */
const OTLP = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'payment' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: 'eee19b7ec3c1b174',
              name: 'charge card',
              kind: 3,
              startTimeUnixNano: '1699000000000000001',
              endTimeUnixNano: '1699000002000000001',
              attributes: [{ key: 'payment.amount', value: { intValue: '1800' } }],
              status: { code: 2 },
            },
          ],
        },
      ],
    },
  ],
};

describeConsole('rules', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole(
    (console) => {
      ({ betrace, browser } = console);
    },
    { BETRACE_MAX_RULES: '5000' },
  );

  const ruleOf = async (id: string) =>
    (await betrace.json<{ version: number; expression: string; enabled: boolean }>('GET', `/v1/rules/${id}`)).body;

  it('begin with an example to edit, if there is no rule', async () => {
    const page = await browser.page('/ui/rules');
    await page.getByText('No rule yet').waitFor();
    expect(await problemsOf(page, 'no-rules')).toEqual([]);
    await page.getByRole('link', { name: /Slow requests/ }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/\/ui\/rules\/slow-requests$/);
    expect(await ruleOf('slow-requests')).toMatchObject({ version: 1, expression: 'span.kind == "server" and span.duration > 1s' });
    await openShop(betrace);
    for (const order of [
      { id: 'order-1', checked: false },
      { id: 'order-2', queries: 6 },
    ])
      await send(betrace, orderSpans(order));
    await settled(betrace);
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
    expect(await ruleOf('failed-charges')).toMatchObject({ version: 1, expression: 'span.name == "charge card"' });
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
    expect((await ruleOf('declined')).version).toBe(3);
  });

  it('are tested on the trace of a violation, and on a pasted one, by the engine', async () => {
    const page = await browser.page('/ui/rules/charge-without-check');
    const panel = page.getByRole('region', { name: 'Try it' });
    await becomes(() => panel.getByRole('combobox').inputValue(), 'order-1');
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText('Matches: it would be a violation.').waitFor();
    await panel.getByText('nothing in this trace did it').waitFor();
    expect(await problemsOf(page, 'rule-tested')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    const text = page.getByRole('textbox', { name: 'Expression' });
    await text.fill('span.name == "charge card" and span.status == "error" and span.duration == 2s and attribute.payment.amount == 1800');
    await panel.getByText('Of the text before your last change.').waitFor();
    await page.getByText('No errors.').waitFor();
    await text.press('ControlOrMeta+Enter');
    await panel.getByText('No match: it would not be a violation.').waitFor();
    await panel.getByRole('button', { name: 'Paste JSON' }).click();
    await panel.getByRole('textbox').fill(JSON.stringify(OTLP));
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText('Matches: it would be a violation.').waitFor();
    await panel.getByRole('textbox').fill('{"spans": [');
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText(/This is not JSON/).waitFor();
  });

  it('are tested on a recent trace without violations, which the URL names and a test case keeps', async () => {
    await send(betrace, orderSpans({ id: 'fine' }));
    await settled(betrace);
    const page = await browser.page('/ui/rules/charge-without-check');
    const panel = page.getByRole('region', { name: 'Try it' });
    await panel.getByRole('button', { name: 'Recent trace' }).click();
    const pick = panel.getByRole('combobox', { name: 'Trace' });
    await becomes(async () => (await pick.innerText()).includes('POST /checkout in storefront'), true);
    await pick.selectOption('fine');
    await page.waitForURL((url) => url.searchParams.get('trace_id') === 'fine' && url.searchParams.get('on') === 'recent');
    await page.reload();
    await becomes(() => pick.inputValue(), 'fine');
    await panel.getByRole('button', { name: 'Test' }).click();
    await panel.getByText('No match: it would not be a violation.').waitFor();
    expect(await problemsOf(page, 'rule-recent-trace')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await panel.getByRole('button', { name: 'Keep as a case' }).click();
    await becomes(() => panel.getByLabel('Name of case 1').inputValue(), 'trace fine');
    expect(await panel.getByLabel('Trace of case 1').inputValue()).toContain('charge card');
  });

  it('are tried on a trace of the chosen source, not on an id that was typed for another', async () => {
    const page = await browser.page('/ui/rules/charge-without-check');
    const panel = page.getByRole('region', { name: 'Try it' });
    const field = panel.getByLabel(/^Trace id of a violation/);
    await becomes(() => field.inputValue(), 'order-1');
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await field.fill('no-such-trace');
    await panel.getByRole('button', { name: 'Recent trace' }).click();
    await page.waitForURL(/on=recent/);
    await page.clock.runFor(2_000);
    expect(new URL(page.url()).searchParams.has('trace_id')).toBe(false);
    await panel.getByRole('button', { name: 'Stored trace' }).click();
    expect(await field.inputValue()).toBe('order-1');
    await field.fill('no-such-trace');
    await panel.getByRole('button', { name: 'Stored trace' }).click();
    await page.clock.runFor(2_000);
    expect(await field.inputValue()).toBe('order-1');
    expect(new URL(page.url()).searchParams.has('trace_id')).toBe(false);
  });

  it('lead nobody back who left the page while a rule was saved', async () => {
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
      await route.fulfill({ status: 503, json: { status: 503, detail: 'the database is away' } });
    });
    await page.getByLabel('Description').fill('changed');
    await page.getByText('No errors.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Saving' }).waitFor();
    await page.getByRole('link', { name: 'Violations', exact: true }).click();
    await page.waitForURL(/\/ui\/violations$/);
    refusal.resolve();
    await page.getByText('left alone was not saved, and its draft is kept: the database is away').waitFor();
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
    expect((await ruleOf('to-go')).version).toBe(2);
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
    expect((await ruleOf('slow-checkout')).version).toBe(2);
    await expression.getByRole('button', { name: 'Edit' }).click();
    await dialog.getByLabel('Expression, edited').fill('span.name == "POST /checkout" and span.duration > 2500ms');
    expect(await problemsOf(page, 'rule-conflict')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await save.click();
    await page.getByText('Version 3', { exact: true }).first().waitFor();
    expect(await ruleOf('slow-checkout')).toMatchObject({
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
    const { version } = await ruleOf('declined');
    expect((await betrace.json('PATCH', '/v1/rules/declined', { description: 'theirs' })).status).toBe(200);
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'The rule was changed meanwhile' });
    await dialog.getByRole('button', { name: 'Take all of theirs' }).click();
    await dialog.getByRole('button', { name: `Go on with version ${version + 1}` }).click();
    await becomes(() => page.getByLabel('Description').inputValue(), 'theirs');
    await becomes(() => page.getByText('Not saved').count(), 0);
    expect((await ruleOf('declined')).version).toBe(version + 1);
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
    expect(await ruleOf('slow-checkout')).toMatchObject({ version: 4, expression: RULES[1].expression });
  });

  it('are listed with their matches, filtered, disabled and enabled', async () => {
    const page = await browser.page('/ui/rules');
    const row = page.getByRole('row', { name: /charge without fraud check/ });
    await becomes(() => row.getByRole('cell').nth(5).innerText(), '1');
    expect(await problemsOf(page, 'rules')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    const mode = row.getByRole('combobox', { name: 'Mode of charge without fraud check' });
    await mode.selectOption('off');
    await page.getByText('is off, from the next span on').waitFor();
    expect((await ruleOf('charge-without-check')).enabled).toBe(false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await becomes(async () => (await ruleOf('charge-without-check')).enabled, true);
    await page.getByLabel('Severity').selectOption('LOW');
    await becomes(() => page.locator('tr[data-row]').count(), 1);
    await page.reload();
    await becomes(() => page.locator('tr[data-row]').count(), 1);
  });

  it('are deleted after a confirmation; their violations stay', async () => {
    const page = await browser.page('/ui/rules/charge-without-check');
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete the rule' });
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL(/\/ui\/rules$/);
    expect((await betrace.json('GET', '/v1/rules/charge-without-check')).status).toBe(404);
    await page.goto(`${betrace.url}/ui/violations?rule_id=charge-without-check`);
    await page.getByRole('link', { name: 'charge without fraud check', exact: true }).waitFor();
  });

  it('by the thousand draw only rows near the visible ones', async () => {
    const rules = Array.from({ length: 3_000 }, (_, n) => ({ id: `r-${n}`, name: `rule ${n}`, expression: `span.name == "n-${n}"` }));
    expect((await betrace.json('POST', '/v1/rules/import', { rules })).status).toBe(200);
    const page = await browser.page('/ui/rules');
    await page.getByText(/3,\d+ rules/).waitFor();
    expect(await page.locator('tr[data-row]').count()).toBeLessThan(400);
    // More ids than a link holds: a proxy would refuse the reload of such an address.
    await page.getByLabel('Select all rules of this list').check();
    await page.getByText(/^3,\d+ rules$/).waitFor();
    await page.getByLabel('Search rules').fill('rule 2999');
    await becomes(() => page.locator('tr[data-row]').count(), 1);
    await page.getByText('1 rule', { exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe('?q=rule+2999');
    await page.getByLabel('Select rule 2999').uncheck();
    await page.getByLabel('Select rule 2999').check();
    await page.getByLabel('Search rules').fill('');
    await page.getByText(/^3,\d+ rules$/).waitFor();
  });
});
