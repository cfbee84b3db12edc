import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './repository.js';

const APPS = ['standalone', 'ingest', 'evaluator', 'api', 'cli'] as const;
const MIGRATIONS = 'dist/libs/store/src/migrations/migrations.js';

/** A migration of a later version: a table, a column, and the completion of rows from versions without the column. */
const LATER = `  {
    name: '9001-later',
    olderVersions: 'go on',
    up: async (database) => {
      await database.schema.alterTable('violations').addColumn('later', 'text').execute();
      await database.schema.createTable('later').addColumn('id', 'text').execute();
    },
    complete: async (database) => {
      await database.updateTable('violations').set({ later: 'completed' }).where('later', 'is', null).execute();
    },
  },
];`;

/** Another version, in addition to the one under test: a folder with an entry for each app, for `BeTraceOptions.bundle`. */
export interface OtherVersion {
  readonly folder: string;
  readonly version: string;
  remove(): void;
}

/** The next version: the code under test with another version number, and one more migration. The number makes it judge like other code. */
export function newerVersion(version = '9.0.0'): OtherVersion {
  const folder = mkdtempSync(join(tmpdir(), 'betrace-newer-'));
  mkdirSync(join(folder, 'dist'));
  for (const part of ['apps', 'libs']) cpSync(join(REPOSITORY, 'dist', part), join(folder, 'dist', part), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, version }));
  const migrations = readFileSync(join(folder, MIGRATIONS), 'utf8');
  const more = migrations.replace(/\n\];/, () => `\n${LATER}`);
  if (more === migrations) throw new Error(`${MIGRATIONS} has no list of migrations`);
  writeFileSync(join(folder, MIGRATIONS), more);
  for (const app of APPS) writeFileSync(join(folder, `${app}.js`), `await import('./dist/apps/${app}/src/main.js');\n`);
  return { folder, version, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
