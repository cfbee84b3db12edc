import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from '@jest/globals';
import { openStore } from '#store';
import { plainRule } from '../testing/rules-in-the-log.js';
import { RuleControls } from './rule-controls.js';

it('a damaged version counts as one without controls, and delays no violation', async () => {
  const path = await mkdtemp(join(tmpdir(), 'betrace-controls-'));
  const store = await openStore({ kind: 'sqlite', path });
  try {
    for (const control of ['a', 'b']) await store.putRule({ ...plainRule('r'), controls: [{ framework: 'F', control }] }, 1);
    const database = new DatabaseSync(join(path, 'store.db'));
    database.exec(`UPDATE rule_versions SET json_rule = '{' WHERE version = 1`);
    database.close();
    const controls = new RuleControls(store);
    const of = (rule_version: number) => ({ rule_id: 'r', rule_version });
    await expect(store.ruleVersion('r', 1)).rejects.toMatchObject({ code: 'BT_STORE_CORRUPT' });
    expect(await controls.of([of(1), of(2), of(3)])).toEqual([[], [{ framework: 'F', control: 'b' }], []]);
  } finally {
    await store.close();
    await rm(path, { recursive: true });
  }
});
