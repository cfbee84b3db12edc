import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPORT_FORMATS, exportViolations } from '../../apps/api/src/violations/export/export-violations.js';
import { fillSqlite } from '../../bench/fixtures/many-violations.js';
import { openStore } from '../../libs/store/src/index.js';
import type { MemoryCase } from './memory-case.js';

/** Pages of 200: one export continues over all steps. */
const WARM_UP = 200;
const STEPS = 6 * WARM_UP + 1;

/** A step encodes a page of violations from a file, like the thread that receives spans. */
async function exported(format: 'csv' | 'ndjson'): Promise<() => Promise<void>> {
  const path = mkdtempSync(join(tmpdir(), 'betrace-export-'));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  const empty = await openStore({ kind: 'sqlite', path });
  await empty.migrate();
  await empty.close();
  fillSqlite(join(path, 'store.db'), { count: (STEPS + 1) * 200, now: 1_790_000_000_000 });
  const store = await openStore({ kind: 'sqlite', path });
  const parts = await exportViolations((page) => store.violationsFrom({}, page), EXPORT_FORMATS[format]);
  let step = 0;
  return async () => {
    const { done, value } = await parts.next();
    if (done === true || value.length === 0) throw new Error('the export ended too early');
    if (++step === STEPS) await store.close();
  };
}

export const cases: readonly MemoryCase[] = (['csv', 'ndjson'] as const).map((format) => ({
  name: `an export of a quarter of a million violations as ${format}`,
  warmUp: WARM_UP,
  begin: () => exported(format),
}));
