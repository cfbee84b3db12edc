import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

interface Health {
  readonly health: {
    readonly violations: number;
    readonly evaluations: number;
    readonly evaluation_errors: number;
    readonly never_matched: boolean;
  };
}

describe('the health of a rule', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  beforeEach(async () => {
    folder = await storageFolder();
  });
  afterEach(async () => {
    await betrace?.kill();
    await folder.remove();
  });

  it("shows the evaluators' counts, also after a restart", async () => {
    const start = async () => {
      betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path } });
    };
    const health = async () => (await betrace.json<Health>('GET', '/v1/rules/slow?health=true')).body.health;
    await start();
    await betrace.json('POST', '/v1/rules', {
      name: 'slow',
      expression: 'span.attributes["size"] > 10 or span.duration > 1s',
      on_error: 'no_match',
    });
    expect(await health()).toMatchObject({ violations: 0, evaluations: 0, never_matched: true });
    const span = (n: number, attributes: object) => ({
      trace_id: `t${n}`,
      span_id: 'a',
      name: 's',
      start_time: '1699000000000000000',
      duration: 2_000_000_000,
      attributes,
    });
    const sent = await betrace.json('POST', '/v1/spans', {
      spans: [span(1, { size: 50 }), span(2, { size: 5 }), span(3, { size: 'large' })],
    });
    expect(sent.status).toBeLessThan(300);
    const full = await eventually(
      'the health of the rule',
      async () => {
        const now = await health();
        return now.evaluations >= 3 && now.evaluation_errors >= 1 && now.violations === 2 ? now : undefined;
      },
      60_000,
    );
    expect(full.never_matched).toBe(false);
    expect(await betrace.stop()).toBe(0);
    await start();
    expect(
      (await eventually('the health from before the restart', async () => ((await health()).evaluations >= 3 ? await health() : undefined)))
        .violations,
    ).toBe(2);
  });
});
