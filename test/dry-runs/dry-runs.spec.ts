import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { REPOSITORY } from '../harness/repository.js';

/** The files that a change needs in addition to its declaration, as in CONTRIBUTING.md. The compiler must name them. */
const NEEDED = {
  aggregate: [
    'libs/dsl/src/explain/parts/explain-aggregate.ts',
    'libs/dsl/src/sandbox/span-functions-of-script.ts',
    'libs/dsl/src/script/run/asked-spans.ts',
    'libs/dsl/src/trace/aggregate.ts',
    'libs/dsl/src/trace/span-functions.ts',
    'libs/dsl/src/tree/aggregate-traits.ts',
  ],
  relation: [
    'libs/dsl/src/explain/parts/explain-pair.ts',
    'libs/dsl/src/interpret/polarity.ts',
    'libs/dsl/src/interpret/pairs/indexed-span-functions.ts',
    'libs/dsl/src/trace/are-related.ts',
    'libs/dsl/src/tree/span-relation.ts',
  ],
  'field of a span': ['libs/dsl/src/emit/declarations.ts', 'libs/dsl/src/trace/span-values.ts', 'libs/dsl/src/vocabulary/vocabulary.ts'],
  receiver: ['apps/ingest/src/ingest.module.ts', 'apps/ingest/src/intake/refused-requests.ts'],
  database: ['libs/store/src/backup/write-backup.ts', 'libs/store/src/open-store.ts'],
  'rule field': [
    'apps/api/src/rules/rule.dto.test-d.ts',
    'apps/api/src/rules/save/rule-content.ts',
    'apps/api/src/rules/versions/rule-changes.ts',
    'apps/cli/src/commands/rules/rules-export.test-d.ts',
    'apps/cli/src/rule-file/read-rule-file.ts',
    'apps/cli/src/rule-file/rules-to-send.ts',
    'libs/store/src/rules/rule-row.ts',
    'libs/store/src/rules/rules.ts',
  ],
};

it('the compiler names the files that a change needs', () => {
  const main = join(REPOSITORY, 'dist', 'test', 'dry-runs', 'main.js');
  const named = JSON.parse(execFileSync(process.execPath, [main], { encoding: 'utf8' })) as Record<string, readonly string[]>;
  for (const [change, files] of Object.entries(NEEDED)) {
    expect({ change, files: files.filter((file) => !named[change]?.includes(file)) }).toEqual({ change, files: [] });
    // No file is listed because it fails to compile anyway.
    expect({ change, folders: named[change]?.filter((file) => !/^(apps|libs)\//.test(file)) }).toEqual({ change, folders: [] });
  }
  expect(Object.keys(named).sort()).toEqual(Object.keys(NEEDED).sort());
}, 300_000);
