import { describe, expect, it } from '@jest/globals';
import { runCrashes } from './run-crashes.js';

/** Short forms of `npm run crash`, which kills a hundred times and stalls for more than a minute. */
describe('a durable process under load', () => {
  it('finds exactly the violations of acknowledged spans, however it is killed and stopped', async () => {
    const { wrong, due } = await runCrashes({
      seed: 1126,
      dangers: [
        'it is killed',
        'it is killed while it starts',
        'it is killed while it stops',
        'it is stopped',
        'it is killed',
        'it stalls',
      ],
      rate: 20,
      calm: 1,
      stall: 2_000,
      lateWindow: '60s',
      say: () => undefined,
    });
    expect(wrong).toEqual([]);
    expect(due).toBeGreaterThan(50);
  }, 600_000);
});
