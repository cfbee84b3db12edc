import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CLAIMS, freePorts } from './free-port.js';

describe('a free port', () => {
  it('is none that another run found, whose server does not listen yet', async () => {
    const [first = 0] = await freePorts(1);
    const claim = join(CLAIMS, String(first + 1));
    writeFileSync(claim, String(process.ppid));
    try {
      expect(await freePorts(1)).not.toContain(first + 1);
    } finally {
      rmSync(claim);
    }
  });

  it('may be one that was found by a run that has ended', async () => {
    const [first = 0] = await freePorts(1);
    // No process has this number.
    const claims = Array.from({ length: 20 }, (_, n) => join(CLAIMS, String(first + 1 + n)));
    for (const claim of claims) writeFileSync(claim, String(2 ** 30));
    try {
      const [second = 0] = await freePorts(1);
      expect(second).toBeLessThanOrEqual(first + 20);
    } finally {
      for (const claim of claims) rmSync(claim, { force: true });
    }
  });
});
