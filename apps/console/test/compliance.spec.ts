import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BeTrace } from '../../../test/harness/betrace.js';
import { REPOSITORY } from '../../../test/harness/repository.js';
import { becomes, readAgain } from './becomes.js';
import { describeConsole, problemsOf, type TestBrowser } from './browser.js';
import { goByKeys } from './go-by-keys.js';
import { orderSpans, send, settled } from './shop-traces.js';
import { withConsole } from './with-console.js';

const CLI = join(REPOSITORY, 'dist/apps/cli/src/main.js');

describeConsole('compliance', () => {
  let betrace: BeTrace;
  let browser: TestBrowser;
  withConsole((console) => {
    ({ betrace, browser } = console);
  });

  const row = (page: Page, control: string) => page.locator('table.controls tbody tr').filter({ hasText: control });
  const figures = async (page: Page, control: string) =>
    Object.fromEntries(
      await row(page, control)
        .locator('[data-figure]')
        .evaluateAll((cells) => cells.map((cell) => [cell.getAttribute('data-figure'), Number(cell.textContent)])),
    );

  it('shows what to do while no rule names a control', async () => {
    const page = await browser.page('/ui/violations');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await goByKeys(page, 'c', /\/ui\/compliance$/);
    await page.getByRole('heading', { name: 'No rule names a control' }).waitFor();
    expect(await problemsOf(page, 'compliance-empty')).toEqual([]);
  });

  it('shows the traces of each control in scope, passed and violated, and exports them', async () => {
    const put = async (id: string, body: object) =>
      expect((await betrace.json('PUT', `/v1/rules/${id}`, { name: id, ...body })).status).toBe(201);
    const unchecked = 'trace.has(span.name == "charge") and not trace.has(span.name == "fraud.check")';
    await put('unchecked', {
      expression: 'not trace.has(span.name == "nothing of the kind") and span.is_root',
      controls: [{ framework: 'SOC 2', control: 'CC6.1' }],
    });
    await put('never', {
      expression: 'span.name == "never"',
      controls: [
        { framework: 'SOC 2', control: 'CC8.1' },
        { framework: 'GDPR', control: '32' },
      ],
    });
    await put('draft', { expression: unchecked, mode: 'off', controls: [{ framework: 'SOC 2', control: 'CC9.2' }] });
    for (const id of ['order-1', 'order-2', 'order-3']) await send(betrace, orderSpans({ id }));
    await settled(betrace);
    const page = await browser.page('/ui/compliance?framework=SOC+2');
    await row(page, 'CC6.1').getByText('Violated', { exact: true }).waitFor();
    // Evaluators report every ten seconds, each rule in a record of its own.
    await becomes(() => figures(page, 'CC6.1'), { traces_in_scope: 3, passed: 0, violated: 3, undecided: 0, not_looked_at: 0 });
    await becomes(() => figures(page, 'CC8.1'), { traces_in_scope: 3, passed: 3, violated: 0, undecided: 0, not_looked_at: 0 });
    await row(page, 'CC8.1').getByText('Passed').waitFor();
    await becomes(() => figures(page, 'CC9.2'), { traces_in_scope: 0, passed: 0, violated: 0, undecided: 0, not_looked_at: 3 });
    await row(page, 'CC9.2').getByText('Not looked at').waitFor();
    await becomes(() => page.locator('dl.facts').innerText(), expect.stringMatching(/Controls looked at\s+2 of 3/));
    await page.getByText(/^Provisional: some traces since \d{4}-\d\d-\d\d \d\d:\d\d UTC are not counted yet/).waitFor();
    expect(await problemsOf(page, 'compliance')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    for (const [button, text] of [
      ['Export CSV', /\r\nSOC 2,CC6.1,violated,3,0,3,0,0,unchecked,/],
      ['Page to print', /<th scope="row">CC8.1<\/th><td>Passed<\/td><td class="n">3<\/td>/],
    ] as const) {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: button }).click();
      expect(await readFile(await (await download).path(), 'utf8')).toMatch(text);
    }
    const pack = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Evidence pack' }).click();
    expect((await pack).suggestedFilename()).toMatch(/^evidence-soc-2-\d{4}-\d\d-\d\d\.tar\.gz$/);
    const folder = mkdtempSync(join(tmpdir(), 'betrace-pack-'));
    try {
      execFileSync('tar', ['xzf', await (await pack).path()], { cwd: folder });
      execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder });
      // As README.txt says it, without the server.
      const verify = [CLI, 'verify', '-q', 'violations-0001.ndjson'];
      const env = { ...process.env, BETRACE_SIGNATURE_KEY: 'changeme' };
      expect(execFileSync(process.execPath, verify, { cwd: folder, env, encoding: 'utf8' })).toBe('3 of 3 valid\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
    await page.getByRole('tab', { name: 'GDPR' }).click();
    await page.waitForURL(/framework=GDPR/);
    await row(page, '32').getByText('Passed').waitFor();
    await page.getByLabel('Period').selectOption('24h');
    await page.waitForURL(/period=24h/);
    await row(page, '32').getByRole('link', { name: 'never' }).click();
    await page.waitForURL(/\/ui\/rules\/never$/);
  });

  it('says that the report could not be read, and reads it again', async () => {
    const page = await browser.page('/ui/rules', {}, /status of 503/);
    await page.route('**/v1/compliance/**', (route) =>
      route.fulfill({ status: 503, json: { status: 503, detail: 'the database is unavailable' } }),
    );
    await page.getByRole('link', { name: 'Compliance' }).click();
    await page.getByText(/The report could not be read.*the database is unavailable/).waitFor();
    expect(await problemsOf(page, 'compliance-failing')).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.unroute('**/v1/compliance/**');
    await readAgain(page.getByRole('button', { name: 'Try again' }));
    await row(page, '32').getByText('Passed').waitFor();
  });
});
