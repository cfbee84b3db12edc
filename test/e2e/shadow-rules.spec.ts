import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

interface Samples {
  readonly samples: readonly { readonly trace_id: string; readonly explanation: object }[];
}

interface List {
  readonly violations: readonly { readonly trace_id: string }[];
  readonly total: number;
}

describe('a rule in shadow', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  beforeEach(async () => {
    folder = await storageFolder();
  });
  afterEach(async () => {
    await betrace?.kill();
    await folder.remove();
  });

  const start = async () => {
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path } });
  };
  const send = (trace_id: string) =>
    betrace.json('POST', '/v1/spans', {
      spans: [{ trace_id, span_id: 'a', name: 's', start_time: '1699000000000000000', duration: 2_000_000_000 }],
    });
  const samples = async () => (await betrace.json<Samples>('GET', '/v1/rules/slow/samples')).body.samples;
  const violations = async () => (await betrace.json<List>('GET', '/v1/violations?rule_id=slow')).body;

  it('has samples, also after a restart, and no violations until it is enforced', async () => {
    await start();
    await betrace.json('POST', '/v1/rules', { name: 'slow', expression: 'span.duration > 1s', mode: 'shadow' });
    await send('hidden');
    const found = await eventually('a sample', async () => ((await samples()).length > 0 ? await samples() : undefined), 60_000);
    expect(found).toEqual([expect.objectContaining({ trace_id: 'hidden', explanation: expect.anything() })]);
    await betrace.json('PATCH', '/v1/rules/slow', { mode: 'enforce' });
    await send('told');
    await eventually('a violation', async () => ((await violations()).total > 0 ? true : undefined), 60_000);
    expect(await violations()).toMatchObject({ violations: [{ trace_id: 'told' }], total: 1 });
    expect(await betrace.stop()).toBe(0);
    await start();
    expect(await eventually('the sample of before', async () => ((await samples()).length > 0 ? await samples() : undefined))).toEqual(
      found,
    );
    expect((await violations()).total).toBe(1);
  });
});
