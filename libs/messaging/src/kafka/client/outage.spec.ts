import { beforeEach, describe, expect, it } from '@jest/globals';
import { Outage } from './outage.js';

describe('an outage', () => {
  let now: number;
  let said: string[];
  let outage: Outage;

  beforeEach(() => {
    now = 1_000;
    said = [];
    outage = new Outage(
      't is read',
      ({ message }) => said.push(message),
      (level, message) => said.push(`${level}: ${message}`),
      () => now,
    );
  });

  it('of an hour is logged at once, then less and less often, then its end', () => {
    for (const end = now + 3_600_000; now < end; now += 1_000) {
      outage.failed('node 1', new Error('away'));
      outage.failed('group', new Error('away too'));
    }
    expect(said.length).toBeLessThan(20);
    expect(said[0]).toBe('away');
    outage.works('node 1');
    expect(said.at(-1)).not.toContain('again');
    outage.works('group');
    expect(said.at(-1)).toBe('info: t is read again, after 3600 s');
  });

  it('that returns is logged again', () => {
    for (let i = 0; i < 3; i++) {
      outage.failed('group', new Error('away'));
      now += 2_000;
      outage.works('group');
    }
    expect(said).toEqual(Array.from({ length: 3 }, () => ['away', 'info: t is read again, after 2 s']).flat());
  });

  it('ends when the failing call is no longer made', () => {
    outage.failed('node 3', new Error('away'));
    outage.forget((part) => part === 'node 3');
    outage.works('node 3');
    expect(said).toEqual(['away', 'info: t is read again, after 0 s']);
  });

  it('that never began has no end logged', () => {
    outage.works('group');
    expect(said).toEqual([]);
  });
});
