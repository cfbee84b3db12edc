import { describe, expect, it } from '@jest/globals';
import { Accounting } from '#engine';
import { RuleErrors } from './rule-errors.js';

describe('RuleErrors', () => {
  const setUp = () => {
    const accounting = new Accounting();
    const fail = (text: string) => accounting.rule('slow').countErrors(text, 1);
    return { fail, errors: new RuleErrors(3, accounting) };
  };
  const version = (n: number) => [{ id: 'slow', version: n }];

  it('publishes errors once, and each change', () => {
    const { fail, errors } = setUp();
    errors.note(version(1), 1_000);
    expect(errors.take()).toEqual([]);
    fail('a');
    fail('b');
    errors.note(version(1), 2_000);
    expect(errors.take()).toEqual([
      { rule_id: 'slow', rule_version: 1, partition: 3, errors: 2, last_error: 'b', last_error_at_ms: 2_000 },
    ]);
    errors.note(version(1), 3_000);
    expect(errors.take()).toEqual([]);
  });

  it('counts each version of a rule from 0', () => {
    const { fail, errors } = setUp();
    fail('a');
    errors.note(version(1), 1_000);
    errors.note(version(2), 2_000);
    fail('b');
    errors.note(version(2), 3_000);
    expect(errors.take()).toEqual([expect.objectContaining({ rule_version: 2, errors: 1, last_error: 'b' })]);
  });

  it('publishes again after a failure, or when there are newer errors', () => {
    const { fail, errors } = setUp();
    fail('a');
    errors.note(version(1), 1_000);
    const untold = errors.take();
    errors.putBack(untold);
    expect(errors.take()).toEqual(untold);
    fail('a');
    errors.note(version(1), 2_000);
    errors.putBack(untold);
    expect(errors.take()).toEqual([expect.objectContaining({ errors: 2 })]);
  });
});
