import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { cases } from '../../bench/cases/capacity.js';
import { REPOSITORY } from '../harness/repository.js';

interface Model {
  readonly disk_bytes: number;
  readonly memory_bytes: number;
}
const model = JSON.parse(readFileSync(join(REPOSITORY, 'docs/operations/capacity.json'), 'utf8')) as Model;

/** Bytes are the same on every machine; CPU time is not, and is not asserted. */
describe('the figures of docs/operations/capacity.json', () => {
  it.each([
    ['disk of a retained span', model.disk_bytes],
    ['memory of a remembered span', model.memory_bytes],
  ])(
    '%s is measured again, within a sixth',
    async (name, bytes) => {
      const { value } = await cases.find((one) => one.name === name)!.run();
      expect([name, value > bytes * (5 / 6), value < bytes * (7 / 6)]).toEqual([name, true, true]);
    },
    300_000,
  );
});
