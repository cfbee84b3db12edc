import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { type Log, readAll } from '#messaging';
import { registerMetrics } from '#platform';
import { TOPICS } from '#records';
import { type Store, StoreError } from '#store';
import { API_METRICS } from '../metrics.js';
import { RuleStatusFollower } from '../rules/health/rule-status-follower.js';
import { eventually } from '../testing/eventually.js';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { publish, violation } from '../testing/violation.js';
import { ViolationKeeper } from './violation-keeper.js';

describe('a violation whose content the store refuses', () => {
  let log: Log;
  let store: Store;
  let registry: Registry;
  let keep: ViolationKeeper;

  beforeEach(async () => {
    ({ log, store } = await logAndStore());
    registry = new Registry();
    keep = new ViolationKeeper(log, store, registerMetrics(API_METRICS, registry), silent);
  });
  afterEach(async () => {
    await keep.stop();
    await log.close();
    await store.close();
  });

  /** Refuses a batch that contains `poison`. */
  const refuse = (code: 'BT_STORE_REFUSED' | 'BT_STORE_UNAVAILABLE', times = Number.POSITIVE_INFINITY): void => {
    const works = store.keep.bind(store);
    let left = times;
    store.keep = async (batch) => {
      if (batch.violations.some(({ service }) => service === 'poison') && left-- > 0)
        throw new StoreError(code, { place: 'x', reason: 'no' });
      return works(batch);
    };
  };
  const some = [
    violation({ id: 'viol-1' }),
    violation({ id: 'viol-2', service: 'poison' }),
    violation({ id: 'viol-3' }),
    violation({ id: 'viol-3', revision: 2, status: 'retracted' }),
  ];
  const kept = (...ids: readonly string[]) =>
    eventually(async () => {
      const { violations } = await store.violations({}, { limit: 100 });
      const found = violations.map(({ id }) => id);
      return ids.every((id) => found.includes(id)) ? violations : undefined;
    });

  it('goes to the dead letters and is counted, and all others are stored, also after a restart', async () => {
    refuse('BT_STORE_REFUSED');
    await publish(log, ...some);
    await keep.start();
    await kept('viol-1', 'viol-3');
    await publish(log, violation({ id: 'viol-4' }));
    const violations = await kept('viol-4');
    expect(violations.map(({ id, revision }) => `${id} ${revision}`).sort()).toEqual(['viol-1 1', 'viol-3 2', 'viol-4 1']);
    const letters = await readAll(log, TOPICS.deadLetters, 0);
    expect(letters.map(({ headers }) => headers)).toEqual([
      {
        'betrace-dead-topic': TOPICS.violations,
        'betrace-dead-partition': '0',
        'betrace-dead-offset': '1',
        'betrace-dead-rule': 'slow-requests',
        'betrace-dead-reason': expect.stringContaining('BT_STORE_REFUSED'),
      },
    ]);
    expect(JSON.parse(Buffer.from(letters[0]!.value).toString())).toEqual(some[1]);
    expect(await registry.metrics()).toContain('betrace_violations_keep_refused_total{rule_id="slow-requests"} 1');
    expect(await registry.metrics()).toContain('betrace_violations_kept_total 4');
    expect(await store.position('keep', 0)).toBe(5);
    expect(await keep.check()).toBeUndefined();
  });

  it("counts in the status of its rule, in addition to the evaluators' errors", async () => {
    const evaluator = { rule_id: 'slow-requests', rule_version: 1, partition: 0, errors: 3, last_error: 'nil', last_error_at_ms: 1 };
    await log.append(TOPICS.ruleStatus, [{ partition: 0, key: 'slow-requests/0', value: Buffer.from(JSON.stringify(evaluator)) }]);
    refuse('BT_STORE_REFUSED');
    await publish(log, ...some, violation({ id: 'viol-5', service: 'poison' }));
    const status = new RuleStatusFollower(log, silent);
    await status.start();
    await keep.start();
    const version = violation().rule_version;
    const told = await eventually(async () => {
      const found = status.of({ id: 'slow-requests', version });
      return found?.errors === (version === 1 ? 5 : 2) ? found : undefined;
    });
    expect(told.lastError).toMatch(/^violation viol-5 is set aside: BT_STORE_REFUSED/);
    await status.stop();
  });

  it('is reported by readiness while the dead letter topic cannot be written, and nothing after it is skipped', async () => {
    refuse('BT_STORE_REFUSED');
    const works = log.append.bind(log);
    let gone = true;
    log.append = async (topic, records) => {
      if (gone && topic === TOPICS.deadLetters) throw new Error('the topic is gone');
      return works(topic, records);
    };
    await publish(log, ...some);
    await keep.start();
    const told = async () =>
      keep.check().then(
        () => undefined,
        (error: Error) => error.message,
      );
    expect(await eventually(told)).toMatch(/violations are not kept: the store refuses one, and betrace\.spans\.dead cannot be written/);
    expect(await registry.metrics()).toContain('betrace_violations_keep_failures_total 1');
    gone = false;
    await kept('viol-1', 'viol-3');
    await eventually(async () => ((await told()) === undefined ? true : undefined));
    expect(await readAll(log, TOPICS.deadLetters, 0)).toHaveLength(1);
  });

  it('is retried when the refusal is transient', async () => {
    refuse('BT_STORE_UNAVAILABLE', 2);
    await publish(log, ...some);
    await keep.start();
    await kept('viol-1', 'viol-2', 'viol-3');
    expect(await readAll(log, TOPICS.deadLetters, 0)).toEqual([]);
    expect(await registry.metrics()).not.toContain('betrace_violations_keep_refused_total{');
  });
});
