import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { backupLines, StoreError } from '#store';
import { backupName, deleteOldBackups } from '../../backup/backup-directory.js';
import { writeBackupFile } from '../../backup/backup-file.js';
import { placeOf, readStoreArguments } from '../../backup/store-arguments.js';
import { type Command, type ExitCode, takeOutput } from '../../command.js';
import { UsageError } from '../../problems.js';
import type { Terminal } from '../../terminal.js';

export const backupCommand: Command = {
  name: 'backup',
  summary: 'writes rules, their history and violations into a file',
  help: `betrace backup FILE [flags of the server]
betrace backup DIRECTORY/ [--keep=COUNT] [flags of the server]

Reads the database of a server with this configuration (betrace.yaml, environment, flags: DATABASE_URL, or --storage-path=DIRECTORY), and
writes all data of BeTrace in it: rules with their history, rule sets, violations with their revisions, groups, marks, mutes, what was
exported, and the names and public halves of signature keys. Secrets are not in it: keep those yourself.

The backup is a consistent snapshot. Servers keep running. FILE appears when it is complete; it is compressed when its name ends in .gz. It can be restored into
SQLite and PostgreSQL alike (betrace restore), by this version and newer ones.

In a DIRECTORY (its name ends with a slash), which is made if it is missing, the file is named after the time, betrace-20260131T020000Z.ndjson.gz.

  --keep=COUNT           keeps only the newest COUNT of such files in the directory, when the new one is complete
  --output FORMAT        text (the default) or json: the file, the database, and how many rules and violations

Example:
  DATABASE_URL=postgres://betrace@db/betrace betrace backup betrace-$(date +%F).ndjson.gz

Exit code: 0; 2 when there is no backup.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { isJson, others } = takeOutput(args);
    const { target, keep } = readTarget(others);
    const { file: named, store } = readStoreArguments(
      others.filter((arg) => !arg.startsWith('--keep')),
      terminal,
    );
    const now = Date.now();
    const file = target === undefined ? named : join(target, backupName(now));
    const lines = backupLines(store, now);
    let rules = 0;
    let violations = 0;
    async function* counted(): AsyncGenerator<string> {
      for await (const line of lines) {
        if (line.startsWith('["rules",')) rules += 1;
        if (line.startsWith('["violations",')) violations += 1;
        yield line;
      }
    }
    try {
      if (target !== undefined) await mkdir(target, { recursive: true, mode: 0o700 });
      await writeBackupFile(file, counted());
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      terminal.err(`betrace backup: ${error.message}\n`);
      return 2;
    }
    if (target !== undefined && keep !== undefined) await deleteOldBackups(target, keep, basename(file));
    const database = placeOf(store);
    if (isJson) terminal.out(`${JSON.stringify({ file, database, rules, violations })}\n`);
    else terminal.out(`${file}: ${rules} rules and ${violations} violations of ${database}\n`);
    return 0;
  },
};

function readTarget(args: readonly string[]): { readonly target?: string; readonly keep?: number } {
  const [first = ''] = args;
  const directory = first.endsWith('/') ? first : undefined;
  const given = args.find((arg) => arg.startsWith('--keep'));
  const keep = given === undefined ? undefined : Number(/^--keep=([1-9]\d{0,5})$/.exec(given)?.[1]);
  if (Number.isNaN(keep)) throw new UsageError(`--keep=COUNT takes a number from 1 on, not ${given}`);
  if (keep !== undefined && directory === undefined) throw new UsageError('--keep is for a directory, whose name ends with a slash');
  return { ...(directory === undefined ? {} : { target: directory }), ...(keep === undefined ? {} : { keep }) };
}
