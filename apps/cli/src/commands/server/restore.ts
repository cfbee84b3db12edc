import { restoreBackup, StoreError } from '#store';
import { backupFileLines } from '../../backup/backup-file.js';
import { placeOf, readStoreArguments } from '../../backup/store-arguments.js';
import { type Command, type ExitCode, takeOutput } from '../../command.js';
import type { Terminal } from '../../terminal.js';

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'restores a backup into an empty database, or replaces its contents',
  help: `betrace restore FILE [--replace] [flags of the server]

Restores a file of \`betrace backup\` into the database of a server with this configuration. Stop the API, or the standalone process, before. The
file is read to its end first: a truncated or modified file restores nothing. All is one transaction: it is restored whole, or not at all.

  --replace              deletes the contents of the database; without it, a database with rules or violations is refused
  --output FORMAT        text (the default) or json: the file, the database, and how many rules and violations

At the next start, violations after the backup are stored again from the log, and lost rule sets are reported (docs/operations/backup.md).

Exit code: 0; 2 when nothing was restored.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { isJson, others } = takeOutput(args);
    const { file, store } = readStoreArguments(
      others.filter((arg) => arg !== '--replace'),
      terminal,
    );
    try {
      const { rules, violations } = await restoreBackup(store, () => backupFileLines(file), {
        file,
        replace: others.includes('--replace'),
      });
      const database = placeOf(store);
      if (isJson) terminal.out(`${JSON.stringify({ file, database, rules, violations })}\n`);
      else terminal.out(`${database}: ${rules} rules and ${violations} violations of ${file}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      terminal.err(`betrace restore: ${error.message}\n`);
      return 2;
    }
  },
};
