import { expect } from '@jest/globals';
import type { BeTrace } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';

/**
 * Tests the parts of a started server that packaging can lose: threads, scripts, modules that are loaded on demand, files.
 *
 * @param betrace a server with durable storage and without rules
 */
export async function tryWholeProgram(betrace: BeTrace): Promise<void> {
  const script = 'local n = 0\nfor _, s in ipairs(trace.spans) do if s.name == "slow" then n = n + 1 end end\nreturn n > 0';
  for (const [name, expression] of [
    ['slow', 'span.duration > 1s'],
    ['counted', script],
  ] as const)
    await createRule(betrace, { id: name, name, expression, severity: 'HIGH', enabled: true });
  const spans = [{ trace_id: 'one', span_id: 'a', name: 'slow', start_time: 1, end_time: 2_000_000_001 }];
  expect((await betrace.json('POST', '/v1/spans', { spans })).body).toEqual({ accepted: 1, rejected: 0 });
  await expectFound(betrace, ['counted', 'slow']);
  expect((await betrace.json('POST', '/v1/rules/test', { expression: 'span.duration > 1s', spans })).status).toBe(200);
  expect((await betrace.json('POST', '/v1/rules', { name: 5 })).status).toBe(400); // class-validator, class-transformer
  const preview = await betrace.json<{ id: string }>('POST', '/v1/rules/preview', { expression: 'span.duration > 1s' });
  expect(preview.status).toBe(202);
  const page = await (await fetch(`${betrace.url}/ui`)).text();
  const asset = /\/ui\/assets\/[\w-]+\.js/.exec(page)?.[0] ?? 'the page names no script';
  for (const [path, type] of [
    ['/openapi.json', 'application/json'],
    ['/docs/swagger-ui-bundle.js', 'text/javascript'],
    ['/ui', 'text/html'],
    [asset, 'javascript'],
    ['/metrics', 'text/plain'],
  ] as const) {
    const answer = await fetch(betrace.url + path);
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, expect.stringContaining(type)]);
    expect((await answer.text()).length).toBeGreaterThan(500);
  }
  expect((await fetch(`${betrace.url}/ui/assets/none.js`)).status).toBe(404);
}

/** Waits until all spans are judged, and checks the rules of all violations. */
async function expectFound(betrace: BeTrace, rules: readonly string[]): Promise<void> {
  const { body } = await betrace.json<{ violations: { rule_id: string }[] }>('GET', '/v1/violations?settled=true&timeout=60s');
  expect(body.violations.map(({ rule_id }) => rule_id).sort()).toEqual(rules);
}

/** Starts the program twice with the same data, and checks that the data survives. */
export async function goesOnAfterStop(start: () => Promise<BeTrace>, whileFirstRuns?: (first: BeTrace) => Promise<void>): Promise<void> {
  const first = await start();
  try {
    await tryWholeProgram(first);
    await whileFirstRuns?.(first);
  } finally {
    expect(await first.stop()).toBe(0);
  }
  const second = await start();
  try {
    await expectFound(second, ['counted', 'slow']);
  } finally {
    expect(await second.stop()).toBe(0);
  }
}
