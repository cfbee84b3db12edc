import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fault, SWITCHES } from '../faults/switches.js';
import { entryOf } from '../harness/entry.js';
import { Cluster } from '../harness/kafka/cluster.js';
import { REPOSITORY } from '../harness/repository.js';

const why = await Cluster.whyNot();
if (why !== undefined) console.warn(`SKIPPED: Kafka: the probe (${why})`);

interface Round {
  readonly due: number;
  readonly right: number;
  readonly faults: readonly { readonly kind: string; readonly trace: string }[];
}

const kinds = ({ faults }: Round) => [...new Set(faults.map(({ kind }) => kind))];

/** Processes of a test build, whose faults files switch on. test/cli/probe.spec.ts tries all of them, in one process. */
(why === undefined ? describe : describe.skip)('Kafka: the probe', () => {
  let cluster: Cluster;
  let folder: string;
  let switches: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'betrace-probe-'));
    switches = join(folder, 'switches');
    const bundle = join(folder, 'bundle');
    await mkdir(switches);
    await promisify(execFile)(process.execPath, [join(REPOSITORY, 'test/faults/bundle.mjs'), bundle, 'ingest', 'evaluator']);
    cluster = await Cluster.start();
    await Promise.all([1, 2].map(() => cluster.add('api')));
    await Promise.all((['ingest', 'evaluator'] as const).map((app) => cluster.add(app, { [SWITCHES]: switches }, bundle)));
  }, 400_000);
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function round(timeout = '60s'): Promise<Round & { readonly code: number }> {
    const urls = ['--url', cluster.all('api')[0]!.url, '--ingest-url', cluster.all('ingest')[0]!.url];
    const args = ['probe', ...urls, '--output', 'json', '--traces', '64', '--late', timeout, '--timeout', timeout, '--linger', '4s'];
    const { code, out } = await new Promise<{ code: number; out: string }>((done) =>
      execFile(process.execPath, [entryOf('cli'), ...args], (error, stdout) =>
        done({ code: typeof error?.code === 'number' ? error.code : 0, out: stdout }),
      ),
    );
    return { ...(JSON.parse(out) as Round), code };
  }

  async function withFault(fault: Fault, timeout?: string) {
    await writeFile(join(switches, fault), '');
    const result = await round(timeout);
    await rm(join(switches, fault));
    return result;
  }

  it('finds an evaluator that publishes twice', async () => {
    const doubled = await withFault('doubled-violation');
    expect([doubled.code, doubled.due, doubled.right, kinds(doubled)]).toEqual([1, 64, 0, ['double']]);
  }, 400_000);

  it('finds an evaluator that publishes about another span', async () => {
    const wrong = await withFault('wrong-span');
    expect([wrong.code, wrong.due, wrong.right, kinds(wrong)]).toEqual([1, 64, 0, ['wrong']]);
  }, 400_000);

  it('finds an ingest that drops spans, and nothing when none does', async () => {
    const dropped = await withFault('dropped-spans', '6s');
    expect([dropped.code, kinds(dropped)]).toEqual([1, ['missed']]);
    // The first trace violates both rules. Others may be missed on a busy machine, but their verdicts come before those of the next round.
    const [{ trace } = { trace: '' }, again] = dropped.faults;
    expect(again).toMatchObject({ trace });
    expect(await round()).toMatchObject({ code: 0, right: 64, faults: [] });
    const { body } = await cluster.all('api')[0]!.json<{ violations: unknown[] }>('GET', `/v1/violations?trace_id=${trace}`);
    expect(body.violations).toEqual([]);
  }, 400_000);
});
