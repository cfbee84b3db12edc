import { mkdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { becomes } from '../../console/test/becomes.js';
import { accessibilityOf } from '../../console/test/browser.js';
import { orderSpans, send, settled } from '../../console/test/shop-traces.js';
import { grafanaVersion, MAJORS, OTHER_UID, UID } from './grafana-host.js';
import { inEachGrafana, PICTURES } from './in-each-grafana.js';

const WIDTHS = [1440, 390];

inEachGrafana('the plugin', (world) => {
  /** The findings of axe within the app, in dark and light, on a desktop and a phone. Saves screenshots. */
  const looked = async (path: string, name: string, ready: (page: Page) => Promise<unknown>): Promise<void> => {
    mkdirSync(PICTURES, { recursive: true });
    for (const theme of ['dark', 'light']) {
      const page = await world.browser.page(`${path}${path.includes('?') ? '&' : '?'}theme=${theme}`);
      await ready(page);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await page.screenshot({ path: join(PICTURES, `${name}-${world.major}-${theme}-${width}.png`), fullPage: true });
        // Findings in an older Grafana concern components that Grafana has changed since.
        if (world.major === MAJORS[0]) expect([theme, width, await accessibilityOf(page)]).toEqual([theme, width, []]);
        const widest = await page.evaluate(() => document.documentElement.scrollWidth);
        expect([name, theme, widest]).toEqual([name, theme, width]);
      }
    }
  };
  const rule = (id: string) => world.betrace.json<{ enabled: boolean; severity: string; expression: string }>('GET', `/v1/rules/${id}`);
  const violationId = async (ruleId: string): Promise<string> => {
    const { body } = await world.betrace.json<{ violations: { id: string }[] }>('GET', `/v1/violations?rule_id=${ruleId}`);
    return body.violations[0]?.id ?? '';
  };

  it('is loaded beside the React of that Grafana', async () => {
    const page = await world.browser.page('/a/betrace-app/rules');
    await page.getByText('slow checkout').waitFor();
    const react = await page.evaluate(() => (globalThis as unknown as { reactVersion: string }).reactVersion);
    expect([react, grafanaVersion(world.major)]).toEqual(
      world.major === 13
        ? [expect.stringMatching(/^19\./), expect.stringMatching(/^13\./)]
        : [expect.stringMatching(/^18\./), expect.stringMatching(/^12\./)],
    );
  });

  it('lists rules', () => looked('/a/betrace-app/rules', 'rules', (page) => page.getByText('slow checkout').waitFor()));
  it('edits a rule in the editor of the console', () =>
    looked('/a/betrace-app/rules/charge-without-check', 'rule', (page) => page.locator('.cm-content').waitFor()));
  it('picks a recent trace for a test', () =>
    looked('/a/betrace-app/rules/charge-without-check', 'recent', async (page) => {
      await page.getByRole('button', { name: 'Recent trace' }).click();
      const pick = page.getByRole('combobox', { name: 'Trace', exact: true });
      await pick.selectOption('order-1');
      // What is chosen can be read: the line is within the box.
      const [height, line] = await pick.evaluate((box) => [box.clientHeight, Number.parseFloat(getComputedStyle(box).lineHeight)]);
      expect(height).toBeGreaterThanOrEqual(Math.floor(line ?? 99));
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page.getByText('Matches: it would be a violation.').waitFor();
    }));
  it('lists violations', () =>
    looked('/a/betrace-app/violations', 'violations', (page) => page.getByRole('link', { name: 'View Trace' }).first().waitFor()));
  it('has on a phone all that a row offers, and each choice, without moving the page', async () => {
    /** By how many pixels an element is beyond the window, or beyond the box that cuts it. */
    const beyond = (page: Page, selector: string): Promise<number[]> =>
      page.locator(selector).evaluateAll((all) =>
        all.map((each) => {
          const cut = each.closest('fieldset')?.getBoundingClientRect().right ?? innerWidth;
          return Math.max(0, Math.ceil(each.getBoundingClientRect().right - Math.min(cut, innerWidth)));
        }),
      );
    const phone = { viewport: { width: 390, height: 844 } };
    const violations = await world.browser.page('/a/betrace-app/violations', phone);
    await violations.getByRole('link', { name: 'View Trace' }).first().waitFor();
    expect(await beyond(violations, 'td a')).toEqual(Array(8).fill(0));
    await violations.getByText('fraud', { exact: false }).first().waitFor();
    const rules = await world.browser.page('/a/betrace-app/rules', phone);
    await rules.getByText('slow checkout').waitFor();
    expect(await beyond(rules, 'td a, td button, td label')).toEqual(Array(4 * 4).fill(0));
    expect(await rules.locator('td').getByText('CRITICAL').count()).toBe(1);
    const rule = await world.browser.page('/a/betrace-app/rules/charge-without-check', phone);
    await rule.getByRole('button', { name: 'Paste JSON' }).waitFor();
    expect(await beyond(rule, 'fieldset button')).toEqual([0, 0, 0]);
    await rule.getByRole('button', { name: 'Paste JSON' }).click();
  });
  it('takes the end of a day that a range ends with', async () => {
    const page = await world.browser.page('/a/betrace-app/violations?from=now-1d/d&to=now/d');
    await page.getByRole('link', { name: 'View Trace' }).first().waitFor();
  });
  it('shows why, and the trace with what is missing, as the console does', async () => {
    await looked(`/a/betrace-app/violations/${await violationId('charge-without-check')}`, 'violation', async (page) => {
      await page.locator('.wf-row.ghost').getByText('check fraud', { exact: true }).waitFor();
      await page.locator('.wf-row[data-witness="true"]').getByText('charge card', { exact: true }).waitFor();
      await page.getByText('1 of 4 spans').waitFor();
    });
  });
  it('has a page of its data sources', () =>
    looked('/plugins/betrace-app', 'configuration', async (page) => {
      await page.getByRole('button', { name: 'Test' }).click();
      await page.getByText('Grafana reaches BeTrace').waitFor();
    }));

  it('creates, disables and deletes a rule', async () => {
    world.grafana.role = 'Editor';
    const page = await world.browser.page('/a/betrace-app/rules', {}, /422/);
    await page.getByRole('link', { name: 'Create Rule' }).click();
    await page.getByLabel('Name').fill('slow database queries');
    await page.locator('.cm-content').click();
    await page.keyboard.type('span.durations > 500ms');
    await page.getByText("'span' has no field 'durations'").first().waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The rule was not saved.').waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('span.duration > 500ms');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('slow database queries').waitFor();
    expect((await rule('slow-database-queries')).body).toMatchObject({
      enabled: true,
      severity: 'MEDIUM',
      expression: 'span.duration > 500ms',
    });
    await page.getByLabel('Enabled: slow database queries').click({ force: true });
    await becomes(async () => (await rule('slow-database-queries')).body.enabled, false);
    await page.getByRole('button', { name: 'Delete slow database queries' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await becomes(async () => (await rule('slow-database-queries')).status, 404);
  });

  it('keeps test cases with a rule, runs them at each save, and saves despite failures on request', async () => {
    world.grafana.role = 'Editor';
    const page = await world.browser.page('/a/betrace-app/rules/declined', {}, /422/);
    await page.getByRole('button', { name: 'Add a case' }).click();
    await page.getByLabel('Name of case 1').fill('another span');
    await page.getByLabel('Trace of case 1').fill('checkout 10ms');
    await page.getByRole('button', { name: 'Run the cases' }).click();
    await page.getByText('1 case fails, of 1.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('another span: expected a match, and there is none (in one batch)').waitFor();
    expect((await rule('declined')).body).toMatchObject({ version: 1 });
    await page.getByRole('button', { name: 'Save anyway' }).click();
    await page.getByText('slow checkout').waitFor();
    expect((await rule('declined')).body).toMatchObject({
      version: 2,
      tests: [{ name: 'another span', trace: 'checkout 10ms', expect: 'match' }],
    });
  });

  it('tests a text on the trace of a violation, and on a recent trace without violations', async () => {
    world.grafana.role = 'Editor';
    const page = await world.browser.page('/a/betrace-app/rules/charge-without-check');
    await becomes(() => page.getByLabel(/^Trace id of a violation/).inputValue(), 'order-1');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Matches: it would be a violation.').waitFor();
    await page.getByText('nothing in this trace did it').waitFor();
    await page.getByRole('button', { name: 'Recent trace' }).click();
    await page.getByRole('combobox', { name: 'Trace', exact: true }).selectOption('order-5');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('No match: it would not be a violation.').waitFor();
  });

  it('checks and formats a text without asking the server', async () => {
    world.grafana.role = 'Editor';
    const page = await world.browser.page('/a/betrace-app/rules/new');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.locator('.cm-content').click();
    await page.keyboard.type('span.durations>500ms and span.name matches "^a"');
    await page.getByText("'span' has no field 'durations'").first().waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('span.duration>500ms');
    await page.getByRole('button', { name: 'Format' }).click();
    await becomes(() => page.locator('.cm-content').innerText(), 'span.duration > 500ms');
    expect(asked.filter((url) => url.includes('/v1/rules/validate'))).toEqual([]);
  });

  it('lets a Viewer read and change nothing, even by hand through the proxy', async () => {
    world.grafana.role = 'Viewer';
    const page = await world.browser.page('/a/betrace-app/rules');
    await page.getByText('slow checkout').waitFor();
    expect(await page.getByRole('link', { name: 'Create Rule' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /Delete/ }).count()).toBe(0);
    expect(await page.getByRole('switch').first().isDisabled()).toBe(true);
    const by = async (method: string, path: string): Promise<number> =>
      (await fetch(`${world.grafana.url}/api/datasources/proxy/uid/${UID}/${path}`, { method })).status;
    expect(await by('GET', 'v1/rules/slow-checkout')).toBe(200);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect([method, await by(method, 'v1/rules/slow-checkout')]).toEqual([method, 403]);
    expect(await by('POST', 'v1/rules/testing/versions/1/restore')).toBe(403);
    for (const path of ['v1/keys', 'v1/recent-traces', 'v1/traces/order-5']) expect([path, await by('GET', path)]).toEqual([path, 403]);
    world.grafana.role = 'Editor';
    expect(await by('POST', 'v1/spans')).toBe(403);
    expect((await rule('slow-checkout')).status).toBe(200);
  });

  it('gives a Viewer no more by steps up, doubled slashes, parameters or capitals in a path', async () => {
    world.grafana.role = 'Viewer';
    /** Sends the path as it is: `fetch` would take the steps itself. */
    const status = (method: string, path: string): Promise<number | undefined> =>
      new Promise((done, fail) => {
        const { hostname, port } = new URL(world.grafana.url);
        const asked = request({ hostname, port, method, path: `/api/datasources/proxy/uid/${UID}/${path}` }, (answer) => {
          answer.resume();
          done(answer.statusCode);
        });
        asked.on('error', fail);
        asked.end();
      });
    expect(await status('GET', 'v1/violations')).toBe(200);
    const ways = ['%2e%2e', '..', '.%2e', '%2E%2E', '..;', '%252e%252e'].flatMap((up) => [
      `v1/violations/${up}/`,
      `v1/violations/${up}%2f`,
    ]);
    const starts = [...ways, 'V1/', 'v1//', '/v1/', 'v1;/', 'v1%2f', 'v1/./', 'v1/violations%00/../'];
    for (const start of starts) {
      for (const [method, path] of [
        ['GET', 'keys'],
        ['GET', 'recent-traces'],
        ['DELETE', 'rules/slow-checkout'],
      ] as const)
        expect([method, start + path, [400, 403, 404].includes((await status(method, start + path)) ?? 0)]).toEqual([
          method,
          start + path,
          true,
        ]);
    }
    expect((await rule('slow-checkout')).status).toBe(200);
  });

  it('filters violations by the names of the guide, exports exactly these, and leads to traces', async () => {
    const page = await world.browser.page('/a/betrace-app/violations?severity=CRITICAL');
    await page.getByText('1 violation', { exact: true }).waitFor();
    for (const name of ['Rule ID', 'Severity', 'Time Range', 'Limit']) expect(await page.getByLabel(name, { exact: true }).count()).toBe(1);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('charge-without-check');
    const tempo = new URL((await page.getByRole('link', { name: 'Open in Tempo' }).getAttribute('href')) ?? '', world.grafana.url);
    expect(JSON.parse(tempo.searchParams.get('panes') ?? '').a).toMatchObject({
      datasource: 'tempo-1',
      queries: [{ queryType: 'traceql', query: expect.stringMatching(/^[0-9a-f]{32}$/) }],
    });
    await page.getByLabel('Severity', { exact: true }).click();
    await page.getByRole('option', { name: 'LOW' }).click();
    await page.waitForURL(/severity=LOW/);
    await page.getByText('declined charge').waitFor();
    await page.getByRole('link', { name: 'View Trace' }).click();
    await page.locator('.wf-row').first().waitFor();
    await page.goto(`${world.grafana.url}/a/betrace-app/traces/order-3`);
    await page.waitForURL(/violations\/viol-/);
  });

  it('shows the filters that a link sets, and removes them', async () => {
    const page = await world.browser.page('/a/betrace-app/violations?service=payment&trace_id=order-3');
    await page.getByText('1 violation', { exact: true }).waitFor();
    expect(await page.getByLabel('Service', { exact: true }).inputValue()).toBe('payment');
    await page.getByRole('button', { name: 'Remove the filter Trace ID' }).click();
    await page.getByText('2 violations', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Remove the filter Service' }).click();
    await page.getByText('4 violations', { exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('asks the data source that a link names, also on the pages that one goes on to', async () => {
    world.grafana.hasOther = true;
    const page = await world.browser.page(`/a/betrace-app/violations/${await violationId('declined')}?ds=${OTHER_UID}`);
    const asked = new Set<string>();
    page.on('request', (request) => {
      const [, uid] = /proxy\/uid\/([^/]+)/.exec(request.url()) ?? [];
      if (uid !== undefined) asked.add(uid);
    });
    await page.locator('.wf-row').first().waitFor();
    await page.getByRole('link', { name: 'declined', exact: true }).click();
    await page.waitForURL(/rule_id=declined/);
    await page.getByRole('link', { name: 'View Trace' }).click();
    await page.locator('.wf-row').first().waitFor();
    expect([...asked]).toEqual([OTHER_UID]);
  });

  it('shows the reason when BeTrace is unavailable', async () => {
    world.grafana.target = 'http://127.0.0.1:1';
    const page = await world.browser.page('/a/betrace-app/violations', {}, /502/);
    await page.getByText('Grafana does not reach BeTrace').first().waitFor();
    world.grafana.target = world.betrace.url;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'View Trace' }).first().waitFor();
  });

  it('links traces, panels, Explore and alerts to their pages in the app', async () => {
    const page = await world.browser.page('/a/betrace-app/rules');
    await page.getByText('slow checkout').waitFor();
    /** The path that a link has in a place of Grafana, with the context that Grafana's own code gives there. */
    const pathIn = (target: string, context: object): Promise<string | undefined> =>
      page.evaluate(
        ([where, given]) => {
          const { links, dateTime } = globalThis as unknown as {
            links: { targets: string[]; path: string; configure?: (context: object) => { path: string } | undefined }[];
            dateTime: (ms: number) => unknown;
          };
          const link = links.find(({ targets }) => targets.includes(where));
          const revived = JSON.parse(JSON.stringify(given), (key, value) =>
            key === 'ms' ? value : value?.ms ? dateTime(value.ms) : value,
          );
          return link?.configure === undefined ? link?.path : link.configure(revived)?.path;
        },
        [target, context] as const,
      );
    const tempo = { name: 'Tempo', uid: 'tempo-1', type: 'tempo' };
    expect(await pathIn('grafana/traceview/header/actions', { traceID: 'ab12', traceName: 'x', spans: [], datasource: tempo })).toBe(
      `/a/betrace-app/traces/${'0'.repeat(28)}ab12`,
    );
    expect(await pathIn('grafana/traceview/header/actions', {})).toBeUndefined();
    const range = { from: 'now-6h', to: 'now' };
    for (const target of ['grafana/dashboard/panel/menu', 'grafana/explore/toolbar/action']) {
      expect(await pathIn(target, { timeRange: range })).toBe('/a/betrace-app/violations?from=now-6h&to=now');
      const absolute = { from: { ms: 1_700_000_000_000 }, to: { ms: 1_700_000_360_000 } };
      expect(await pathIn(target, { timeRange: absolute })).toBe('/a/betrace-app/violations?from=1700000000000&to=1700000360000');
    }
    const alert = (labels: object) => pathIn('grafana/alerting/instance/action', { instance: { labels } });
    expect(await alert({ alertname: 'BeTraceCriticalViolations', rule_id: 'a&b' })).toBe('/a/betrace-app/violations?rule_id=a%26b');
    expect(await alert({ alertname: 'BeTraceDown' })).toBe('/a/betrace-app/violations');
    expect(await alert({ alertname: 'DiskFull' })).toBeUndefined();
    expect(await pathIn('grafana/commandpalette/action', {})).toBe('/a/betrace-app/rules/new');
  });

  it('registers the links that plugin.json declares, and no others', async () => {
    const page = await world.browser.page('/a/betrace-app/rules');
    await page.getByText('slow checkout').waitFor();
    const links = await page.evaluate(() =>
      (globalThis as unknown as { links: { title: string; targets: string[] }[] }).links.map(({ title, targets }) => ({ title, targets })),
    );
    const declared = await (await fetch(`${world.grafana.url}/public/plugins/betrace-app/plugin.json`)).json();
    expect(links).toEqual(
      declared.extensions.addedLinks.map(({ title, targets }: { title: string; targets: string[] }) => ({ title, targets })),
    );
  });

  it('shows the characters of names that would reorder or hide the text beside them', async () => {
    const odd = 'audit\u{202e}gol';
    const rule = { id: 'odd-names', name: 'odd\u{200b}names', tags: ['odd\u{200b}tag'], expression: 'span.service starts_with "audit"' };
    expect((await world.betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    const [span] = orderSpans({ id: 'order-odd' });
    await send(world.betrace, [{ ...span, name: `${odd}${'x'.repeat(2_000)}`, service: odd }]);
    await settled(world.betrace);
    for (const [path, shown] of [
      ['rules', 'odd‹U+200B›names'],
      ['violations?rule_id=odd-names', 'audit‹U+202E›gol'],
      [`violations/${await violationId('odd-names')}`, 'audit‹U+202E›gol'],
    ] as const) {
      const page = await world.browser.page(`/a/betrace-app/${path}`);
      await page.getByText(shown).first().waitFor();
      const text = await page.evaluate(() => document.body.innerText);
      expect([path, /[\u200b\u202e]/.test(text), text.includes('x'.repeat(1_000))]).toEqual([path, false, false]);
      await page.context().close();
    }
    const rules = await world.browser.page('/a/betrace-app/rules');
    await rules.getByText('odd‹U+200B›tag').first().waitFor();
    await rules.getByRole('button', { name: 'Delete odd‹U+200B›names' }).click();
    await rules.getByText('"odd‹U+200B›names" judges nothing any more').waitFor();
    const edited = await world.browser.page('/a/betrace-app/rules/odd-names');
    await edited.getByRole('heading', { name: 'odd‹U+200B›names' }).waitFor();
  });
});
