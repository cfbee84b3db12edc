import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Accounting, type CommitPoint, type Verdict } from '#engine';
import { DeadLetters, LatestLatencies, type Log, logProblem, type OutgoingRecord, openLog, readAll, topicSpecifications } from '#messaging';
import { TOPICS, type ViolationRecord } from '#records';
import { keyRing } from '#signing';
import { applyAll, engineOf, ruleOf } from '../../../../../test/fixtures/engine/apply-all.js';
import { A_SPAN } from '../../../../../test/fixtures/engine/test-span.js';
import { ViolationPublisher } from '../../publish/violation-publisher.js';
import { Measurements } from '../account/measurements.js';
import { VerdictsUnderWay } from './verdicts-under-way.js';

const SLOW = ruleOf('slow', 'span.duration > 5');
const point = (offset: number): CommitPoint => ({ offset, epoch: 1, logTime: offset, start: 0, paused: 0 });
const found: readonly Verdict[] = applyAll(
  engineOf([[SLOW]]),
  Array.from({ length: 6 }, (_, n) => ({ time: n, spans: [{ ...A_SPAN, trace: n + 1 }] })),
);

describe('verdicts during their append', () => {
  let log: Log;
  let stop: AbortController;
  let verdicts: VerdictsUnderWay;
  let deadLetters: DeadLetters;
  /** Ends the append under way; each waits for its own call. */
  let gates: ((error?: Error) => void)[];
  let now: number;

  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 1 }), writer: 'direct' });
    const append = log.append.bind(log);
    gates = [];
    log.append = async (topic: string, records: readonly OutgoingRecord[]) => {
      if (topic !== TOPICS.violations) return append(topic, records);
      const error = await new Promise<Error | undefined>((open) => gates.push(open));
      if (error !== undefined) throw error;
      return append(topic, records);
    };
    stop = new AbortController();
    now = 0;
    deadLetters = new DeadLetters(log, () => undefined);
    const tools = {
      publisher: new ViolationPublisher(log, keyRing({ key: 'changeme', development: true }), () => undefined),
      deadLetters,
      signal: stop.signal,
      measurements: new Measurements(),
      latencies: new LatestLatencies(),
      evidenceRate: 0,
      now: () => now,
      monotonic: () => now,
    };
    verdicts = new VerdictsUnderWay(0, { next: 0, point: undefined }, tools, new Accounting());
  });
  afterEach(() => log.close());

  const turn = () => new Promise((done) => setImmediate(done));
  const opened = async (): Promise<void> => {
    while (gates.length === 0) await turn();
  };
  const inLog = async (): Promise<string[]> => {
    const records = await readAll(log, TOPICS.violations, 0);
    return records.map(({ value }) => (JSON.parse(Buffer.from(value).toString()) as ViolationRecord).trace_id.slice(-1));
  };

  it('let the partition continue, keep their order, and are never in two appends', async () => {
    verdicts.add(found[0]!);
    await verdicts.judged({ next: 1, point: point(1) });
    for (const next of [2, 3, 4]) {
      verdicts.add(found[next - 1]!);
      await verdicts.judged({ next, point: point(next) });
    }
    await opened();
    expect(gates).toHaveLength(1);
    expect(verdicts.acknowledged.next).toBe(0);
    gates.shift()!();
    await opened();
    expect(verdicts.acknowledged).toEqual({ next: 1, point: point(1) });
    const all = verdicts.allOf({ next: 5, point: point(5) });
    gates.shift()!();
    await all;
    expect(await inLog()).toEqual(['1', '2', '3', '4']);
    expect(verdicts.acknowledged).toEqual({ next: 5, point: point(5) });
  });

  it('delay nothing when there are none', async () => {
    await verdicts.judged({ next: 7, point: point(7) });
    expect(verdicts.acknowledged).toEqual({ next: 7, point: point(7) });
  });

  it('make the partition wait during a slow append', async () => {
    verdicts.add(found[0]!);
    await verdicts.judged({ next: 1, point: point(1) });
    now = 500;
    let goesOn = false;
    const judged = verdicts.judged({ next: 2, point: point(2) }).then(() => {
      goesOn = true;
    });
    await opened();
    expect(goesOn).toBe(false);
    gates.shift()!();
    await judged;
    expect(verdicts.acknowledged.next).toBe(2);
  });

  it('are retried in order after a failure, and none counts as acknowledged before', async () => {
    verdicts.add(found[0]!);
    await verdicts.judged({ next: 1, point: point(1) });
    await opened();
    verdicts.add(found[1]!);
    stop.abort(new Error('no time is left'));
    gates.shift()!(new Error('away'));
    await turn();
    await expect(verdicts.judged({ next: 2, point: point(2) })).rejects.toThrow('away');
    await expect(verdicts.allOf({ next: 2, point: point(2) })).rejects.toThrow('no time is left');
    expect(verdicts.acknowledged.next).toBe(0);
    expect(await inLog()).toEqual([]);
  });

  it('are retried when the partition is revoked, whatever the failure', async () => {
    const refused = logProblem('BT_LOG_RECORD_TOO_LARGE', { topic: TOPICS.violations, bytes: 9, max: 8 });
    let letters = 0;
    const keep = deadLetters.keep.bind(deadLetters);
    deadLetters.keep = async (...letter) => {
      if (letters++ === 0) throw new Error('the letters are unavailable');
      return keep(...letter);
    };
    verdicts.add(found[0]!);
    await verdicts.judged({ next: 1, point: point(1) });
    await opened();
    gates.shift()!(refused);
    await turn();
    expect(letters).toBe(1);
    verdicts.add(found[1]!);
    const all = verdicts.allOf({ next: 2, point: point(2) });
    await opened();
    gates.shift()!();
    await all;
    expect(await inLog()).toEqual(['1', '2']);
    expect(verdicts.acknowledged).toEqual({ next: 2, point: point(2) });
  });

  it('that the log refuses go to the dead letters, the others to the log, and the partition continues', async () => {
    const refused = logProblem('BT_LOG_RECORD_TOO_LARGE', { topic: TOPICS.violations, bytes: 9, max: 8 });
    verdicts.add(found[0]!);
    verdicts.add(found[1]!);
    const all = verdicts.allOf({ next: 2, point: point(2) });
    for (const answer of [refused, refused, undefined]) {
      await opened();
      gates.shift()!(answer);
    }
    await all;
    expect(await inLog()).toEqual(['2']);
    const [letter, ...more] = await readAll(log, TOPICS.deadLetters, 0);
    expect(more).toEqual([]);
    expect(JSON.parse(Buffer.from(letter!.value).toString())).toMatchObject({ trace_id: expect.stringMatching(/1$/) });
    expect(verdicts.acknowledged.next).toBe(2);
  });

  it('make the partition wait when many wait for an append', async () => {
    verdicts.add(found[0]!);
    await verdicts.judged({ next: 1, point: point(1) });
    for (let n = 0; n < 1_000; n++) verdicts.add(found[n % found.length]!);
    let goesOn = false;
    const judged = verdicts.judged({ next: 2, point: point(2) }).then(() => {
      goesOn = true;
    });
    await opened();
    await turn();
    expect(goesOn).toBe(false);
    gates.shift()!();
    await opened();
    gates.shift()!();
    await judged;
    expect(await inLog()).toHaveLength(1_001);
  });
});
