import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeCompliance } from './compliance/compliance.contract.js';
import { describeExports } from './readers/exports.contract.js';
import { describeEpochs } from './rules/epochs.contract.js';
import { describeRules } from './rules/rules.contract.js';
import { type Store } from './store.js';
import { rule } from './testing/rule.js';
import { violation } from './testing/violation.js';
import { describeFingerprints } from './violation-groups/fingerprints.contract.js';
import { describeGroups } from './violation-groups/violation-groups.contract.js';
import { describeViolationCounts } from './violations/count/violation-counts.contract.js';
import { describeViolationList } from './violations/list/violation-list.contract.js';
import type { StoredViolation } from './violations/stored-violation.js';
import { describeViolationSequence } from './violations/violation-sequence.contract.js';
import { describeKeptViolations } from './violations/violations.contract.js';

/** The suite that the store passes on every database. `open` returns a migrated, empty store each time. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract of a store`, () => {
    let store: Store;
    const opened: Store[] = [];
    beforeEach(async () => {
      store = await open();
      opened.push(store);
    }, 60_000);
    afterAll(async () => {
      for (const one of opened) await one.close();
    });

    const keep = (...violations: StoredViolation[]) => store.keep({ reader: 'api', partition: 0, position: 1, violations });

    it('stores any text unchanged', async () => {
      const text = fc.oneof(
        fc.string({ unit: 'binary' }).map((one) => one.toWellFormed()),
        fc.constantFrom(
          '',
          '\u0000',
          's\u0000x',
          '\u001a0',
          '\u001a\u0000',
          "'",
          '\\',
          '%',
          '__proto__',
          'x'.repeat(5_000),
          '😀'.repeat(2_000),
        ),
      );
      let count = 0;
      await fc.assert(
        fc.asyncProperty(text, text, async (one, another) => {
          const id = `any-${count++}`;
          const content = rule(id, { name: one, description: another, expression: one, message: another, tags: [one, another] });
          await store.putRule(content, 1);
          expect(await store.rule(id)).toMatchObject(content);
          await keep(
            violation(id, { service: one, spanId: another, traceId: one, ruleName: another, record: JSON.stringify({ id, one, another }) }),
          );
          expect(JSON.parse((await store.violation(id))!.record)).toEqual({ id, one, another });
          for (const filter of [{ service: one }, { spanId: another }, { traceId: one }]) {
            const { violations } = await store.violations(filter, { limit: 1_000 });
            expect(violations.map((found) => found.id)).toContain(id);
          }
          expect(await store.rule(one === '' ? 'none' : one)).toBeUndefined();
        }),
        { numRuns: 30 },
      );
    }, 60_000);

    it('is migrated any number of times', async () => {
      await store.putRule(rule('a'), 1);
      await Promise.all([store.migrate(), store.migrate()]);
      expect(await store.rules()).toHaveLength(1);
    });

    describeRules(() => store);
    describeCompliance(() => store);

    describeEpochs(() => store);

    describeKeptViolations(() => store);
    describeViolationList(() => store);
    describeViolationCounts(() => store);
    describeViolationSequence(() => store);

    describeGroups(() => store);
    describeFingerprints(() => store);

    describeExports(() => store);

    it('is checked', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
