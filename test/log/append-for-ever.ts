// Appends numbered records to a durable log at its maximum rate, and prints each confirmation; kill-while-appending.spec.ts starts and kills it. Arguments:
// directory, writer (`thread` or `direct`). It ends in order at SIGTERM, or after a minute.
import { openLog } from '../../libs/messaging/src/index.js';

const [path = '', writer = 'thread'] = process.argv.slice(2);
const MAX_MS = 60_000;
const PARTITIONS = 4;
const APPENDS_AT_ONCE = 16;

const log = await openLog({
  kind: 'embedded',
  path,
  writer: writer === 'direct' ? 'direct' : 'thread',
  topics: [{ name: 'spans', partitions: PARTITIONS }],
});
let end = performance.now() + MAX_MS;
process.once('SIGTERM', () => {
  end = 0;
});
let number = 0;

async function appendOnAndOn(): Promise<void> {
  while (performance.now() < end) {
    const mine = number++;
    const partition = mine % PARTITIONS;
    const value = Buffer.alloc(2_000 + (mine % 7) * 3_000, `record ${mine} `);
    try {
      const [offset] = await log.append('spans', [{ partition, value, headers: { number: String(mine) } }]);
      process.stdout.write(`kept ${partition} ${offset} ${mine}\n`);
    } catch (error) {
      process.stdout.write(`refused ${mine} ${error instanceof Error ? error.message : String(error)}\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

await Promise.all(Array.from({ length: APPENDS_AT_ONCE }, appendOnAndOn));
await log.close();
