import { describe, expect, it } from '@jest/globals';
import { MissingTopics } from './missing-topics.js';

describe('received topics that are missing', () => {
  it('are named, reported once, and searched again', async () => {
    let now = 0;
    let there: string[] = ['one'];
    let asked = 0;
    const told: string[] = [];
    const unknown = Object.assign(new Error('outer'), {
      cause: Object.assign(new Error('no such topic'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' }),
    });
    const log = {
      ends: async (topic: string) => {
        asked++;
        if (topic === 'three' && !there.includes(topic)) throw unknown;
        return new Map(there.includes(topic) ? [[0, 7]] : []);
      },
    };
    const logger = { warn: (_: object, message: string) => void told.push(message) };
    const missing = new MissingTopics(log, ['one', 'two', 'three'], logger as never, () => now);
    expect(await missing.state()).toBe('two, three missing: nothing is received from it until it is created');
    await missing.state();
    expect(asked).toBe(3);
    now = 5_000;
    await missing.state();
    expect(told).toHaveLength(1);
    there = ['one', 'two', 'three'];
    now = 10_000;
    expect(await missing.state()).toBeUndefined();
    there = ['one'];
    now = 15_000;
    await missing.state();
    expect(told).toHaveLength(2);
  });

  it('are not confused with brokers that do not answer', async () => {
    const log = { ends: () => Promise.reject(new Error('no broker answers')) };
    await expect(new MissingTopics(log, ['one'], { warn: () => undefined } as never, () => 0).state()).rejects.toThrow('no broker answers');
  });
});
