// npm run test:memory [-- word…]: runs the cases of `*.memory.ts`, those that are `whenNamed` only by name. Each works until its caches are full, then five times as long: the memory may not grow.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collectedBytes } from '../../bench/collected-bytes.js';
import type { MemoryCase } from './memory-case.js';

/** Growth that is not a leak, in bytes and as a share: V8's caches and optimized code. */
const SLACK_BYTES = 2_000_000;
const SLACK_SHARE = 0.05;
const LONGER = 5;

const words = process.argv.slice(2);
let failures = 0;
let count = 0;
for (const file of globSync('*.memory.js', { cwd: import.meta.dirname }).sort()) {
  const { cases } = (await import(pathToFileURL(join(import.meta.dirname, file)).href)) as { readonly cases: readonly MemoryCase[] };
  for (const { name, warmUp, begin, whenNamed, slackBytes = SLACK_BYTES } of cases) {
    if (whenNamed !== undefined && !words.includes(whenNamed)) continue;
    const others = words.filter((word) => word !== whenNamed);
    if (others.length > 0 && !others.some((word) => `${file} ${name}`.includes(word))) continue;
    count++;
    const begun = await begin();
    const { step, bytes } = typeof begun === 'function' ? { step: begun, bytes: collectedBytes } : begun;
    for (let n = 0; n < warmUp; n++) await step();
    const before = bytes();
    for (let n = 0; n < LONGER * warmUp; n++) await step();
    const growth = bytes() - before;
    // The work stays reachable until here; otherwise its memory would be collected.
    await step();
    const isBound = growth <= slackBytes + SLACK_SHARE * before;
    if (!isBound) failures++;
    console.log(
      `${isBound ? 'bound' : 'GROWS'}  ${name}: ${mega(before)} MB after ${warmUp} steps, ${mega(growth)} MB more after ${LONGER} times as many`,
    );
  }
}
if (count === 0) console.error(`no case has ${words.join(' or ')} in its name`);
process.exitCode = failures > 0 || count === 0 ? 1 : 0;

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
