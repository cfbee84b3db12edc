import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { BeTrace } from '../../../test/harness/betrace.js';
import { becomes } from './becomes.js';
import { describeConsole, problemsOf, TestBrowser } from './browser.js';
import { openShop, RULES } from './shop-traces.js';

interface Rule {
  readonly id: string;
  readonly version: number;
  readonly severity: string;
  readonly expression: string;
}

describeConsole('rules from files', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  beforeAll(async () => {
    betrace = await BeTrace.start();
    browser = await TestBrowser.start(() => betrace.url);
    await openShop(betrace);
  });
  afterAll(async () => {
    await browser?.close();
    await betrace?.stop();
  });
  afterEach(async () => expect(await browser.closePages()).toEqual([]));

  const rules = async () => (await betrace.json<{ rules: Rule[] }>('GET', '/v1/rules')).body.rules;

  it('are exported as shown, changed, and imported after a comparison', async () => {
    const page = await browser.page('/ui/rules?q=e');
    await becomes(() => page.locator('tr[data-row]').count(), RULES.length);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
    expect(download.suggestedFilename()).toBe('rules.json');
    const file = JSON.parse(await readFile(await download.path(), 'utf8')) as { rules: Record<string, unknown>[] };
    expect(file.rules.map(({ id }) => id).sort()).toEqual(RULES.map(({ id }) => id).sort());
    const slow = file.rules.find(({ id }) => id === 'slow-checkout')!;
    Object.assign(slow, { severity: 'LOW', expression: 'span.name == "POST /checkout" and span.duration > 3s' });
    const text = JSON.stringify({ rules: [...file.rules, { id: 'failed', name: 'failed', expression: 'span.status == "error"' }] });

    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import rules' });
    expect(await dialog.getByRole('button', { name: 'Show what would change' }).isDisabled()).toBe(true);
    await dialog
      .locator('input[type="file"]')
      .setInputFiles({ name: 'rules.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await dialog.getByRole('button', { name: 'Show what would change' }).click();
    const changes = dialog.getByRole('region', { name: 'What would change' });
    await changes.getByText('2 rules would change, 3 stay as they are.').waitFor();
    await changes.getByText('+ span.name == "POST /checkout" and span.duration > 3s').waitFor();
    expect((await rules()).every(({ version }) => version === 1)).toBe(true);
    expect(await problemsOf(page, 'rules-import')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await dialog.getByRole('button', { name: 'Import 2 changes' }).click();
    await page.getByText('Imported: 1 created, 1 updated, 0 deleted').waitFor();
    const now = new Map((await rules()).map((rule) => [rule.id, rule]));
    expect(now.size).toBe(RULES.length + 1);
    expect(now.get('slow-checkout')).toMatchObject({ version: 2, severity: 'LOW', expression: slow['expression'] });
    expect(now.get('declined')?.version).toBe(1);
  });

  it('in YAML are imported with their test cases, like with betrace rules import', async () => {
    const yaml = [
      'rules:',
      '  - id: of-yaml   # why it is there',
      '    severity: LOW',
      '    expression: |',
      '      span.name == "charge card"',
      '        and span.duration > 3s',
      '    tests:',
      '      - name: slow',
      '        trace: [{name: charge card, duration: 9007199254740993}]',
      '        expect: match',
    ].join('\n');
    const page = await browser.page('/ui/rules');
    await page.locator('tr[data-row]').first().waitFor();
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import rules' });
    await dialog
      .locator('input[type="file"]')
      .setInputFiles({ name: 'rules.yaml', mimeType: 'application/yaml', buffer: Buffer.from(yaml) });
    await becomes(() => dialog.getByRole('textbox').inputValue(), yaml);
    await dialog.getByRole('button', { name: 'Show what would change' }).click();
    await dialog.getByText(`1 rule would change, 0 stay as they are.`).waitFor();
    await dialog.getByRole('button', { name: 'Import 1 change' }).click();
    await page.getByText('Imported: 1 created, 0 updated, 0 deleted').waitFor();
    expect((await betrace.json('GET', '/v1/rules/of-yaml')).body).toMatchObject({
      name: 'of-yaml',
      expression: 'span.name == "charge card"\n  and span.duration > 3s\n',
      tests: [{ name: 'slow', trace: '[{"name":"charge card","duration":9007199254740993}]', expect: 'match' }],
    });
    expect((await betrace.json('DELETE', '/v1/rules/of-yaml')).status).toBe(204);
  });

  it('with errors change nothing, and all errors are shown', async () => {
    const page = await browser.page('/ui/rules', {}, /status of 4\d\d/);
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import rules' });
    const text = dialog.getByRole('textbox');
    const show = dialog.getByRole('button', { name: 'Show what would change' });
    await text.fill('rules:\n  - [');
    await show.click();
    await dialog.getByText(/This is neither YAML nor JSON: line 2/).waitFor();
    await text.fill('rules:\n  - id: a\n    severty: HIGH\n    expression: "true"\n');
    await show.click();
    await dialog.getByText(/Line 3 of the text, rules\[0\]\.severty/).waitFor();
    await text.fill('[{"id": "a", "name": "a", "expression": "span.nmae == 1"}, {"id": "b", "name": "b", "expression": "span.name =="}]');
    await show.click();
    await dialog.getByText('Nothing was imported.').waitFor();
    await dialog
      .getByText(/has no field 'nmae'/)
      .last()
      .waitFor();
    await becomes(async () => (await dialog.getByRole('listitem').count()) >= 2, true);
    expect(await problemsOf(page, 'rules-import-refused')).toEqual([]);
    expect((await rules()).length).toBe(RULES.length + 1);
  });

  it('that another person changed after the comparison are not overwritten', async () => {
    const page = await browser.page('/ui/rules', {}, /status of 4\d\d/);
    await page.locator('tr[data-row]').first().waitFor();
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import rules' });
    await dialog.getByRole('textbox').fill(JSON.stringify([{ ...RULES[3], severity: 'HIGH' }]));
    await dialog.getByLabel('Delete the rules that are not among them').check();
    await dialog.getByRole('button', { name: 'Show what would change' }).click();
    await dialog.getByText(`${RULES.length + 1} rules would change`).waitFor();
    expect((await betrace.json('PATCH', '/v1/rules/declined', { description: 'still needed' })).status).toBe(200);
    await dialog.getByRole('button', { name: `Import ${RULES.length + 1} changes` }).click();
    await dialog.getByText('Nothing was imported.').waitFor();
    expect((await rules()).length).toBe(RULES.length + 1);
    expect((await rules()).find(({ id }) => id === 'declined')).toMatchObject({ version: 2, severity: 'LOW' });
  });
});
