import { describe, expect, it } from '@jest/globals';
import { createLogger } from '#platform';
import type { StoredViolation } from '#store';
import { violation } from '../testing/violation.js';
import { storedViolation } from './stored-violation.js';
import { ViolationLogger } from './violation-logger.js';

const stored = (changes: Parameters<typeof violation>[0] = {}): StoredViolation => {
  const record = violation(changes);
  return storedViolation(record, JSON.stringify(record));
};

describe('ViolationLogger', () => {
  const begin = (perSecond: number) => {
    const lines: Record<string, unknown>[] = [];
    const time = { now: 0 };
    const logger = createLogger({ format: 'json', level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
    const tell = new ViolationLogger(logger, perSecond, { now: () => time.now, monotonic: () => time.now });
    return { lines, time, tell };
  };

  it('writes a line per violation with severity, rule, service and trace, and no value of a span', () => {
    const { lines, tell } = begin(10);
    tell.log([stored({ severity: 'CRITICAL', message: 'card 4111', metadata: { card: '4111' } })]);
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        betrace_violation_severity: 'CRITICAL',
        betrace_violation_id: 'viol-1',
        betrace_violation_revision: 1,
        betrace_violation_rule_id: 'slow-requests',
        betrace_violation_rule_name: expect.any(String),
        betrace_violation_service: expect.any(String),
        trace_id: expect.any(String),
        msg: 'violation',
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain('4111');
  });

  it('writes one line for all revisions, and another after a retraction or an undecided verdict', () => {
    const { lines, tell } = begin(10);
    const of = (id: string, ...states: StoredViolation['status'][]) => {
      lines.length = 0;
      for (const [at, status] of states.entries()) tell.log([stored({ id, revision: at + 1, status })]);
      return lines.length;
    };
    expect(of('a', 'open', 'open', 'open')).toBe(1);
    expect(of('b', 'open', 'retracted', 'open')).toBe(2);
    expect(of('c', 'undecided', 'open')).toBe(1);
    expect(of('d', 'undecided', 'retracted')).toBe(0);
    expect(of('a', 'open')).toBe(0);
  });

  it('limits lines per second, and reports how many were omitted', () => {
    const { lines, time, tell } = begin(3);
    tell.log(Array.from({ length: 5_000 }, (_, n) => stored({ id: `v-${n}` })));
    expect(lines.length).toBe(3);
    time.now = 999;
    tell.log([stored({ id: 'more' })]);
    expect(lines.length).toBe(3);
    time.now = 1_000;
    tell.log([stored({ id: 'next' })]);
    expect(lines.length).toBe(4);
    tell.close();
    expect(lines.at(-1)).toMatchObject({ level: 'warn', violations: 4_998 });
    tell.close();
    expect(lines.length).toBe(5);
  });

  it('writes none when disabled, and keeps a line whole whatever names contain', () => {
    const off = begin(0);
    off.tell.log([stored()]);
    expect(off.lines).toEqual([]);
    const { lines, tell } = begin(10);
    tell.log([stored({ id: 'x', service: 'a\n{"level":"fatal"}\u0000', rule_name: 'n'.repeat(1_000) })]);
    expect(lines).toHaveLength(1);
    expect(lines[0]!['betrace_violation_service']).toContain('a\n{"level"');
  });

  it('remembers at most ten thousand violations', () => {
    const { tell } = begin(1);
    for (let n = 0; n < 30_000; n += 1_000) tell.log(Array.from({ length: 1_000 }, (_, at) => stored({ id: `v-${n + at}` })));
    expect((tell as unknown as { logged: Set<string> }).logged.size).toBe(10_000);
    tell.close();
  });
});
