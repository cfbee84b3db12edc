import { restoreBackup, StoreError } from '#store';
import { backupFileLines } from '../../backup/backup-file.js';
import { placeOf, readStoreArguments } from '../../backup/store-arguments.js';
import type { Command, ExitCode } from '../../command.js';
import type { Terminal } from '../../terminal.js';

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'puts a backup into an empty database, or in the place of what it has',
  help: `betrace restore FILE [--replace] [flags of the server]

Puts what \`betrace backup\` wrote into the database that a server with this configuration has. Stop the API, or the standalone process, before. The
file is read to its end first: one that is cut off or was changed restores nothing. All is one transaction: it is restored whole, or not at all.

  --replace              in the place of what the database has; without it, a database with rules or violations is refused

At the next start, what the violations log has beyond the backup is kept again, and rule sets that are lost are told (docs/operations/backup.md).

Exit code: 0; 2 when nothing was restored.
`,

  async run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
    const { file, store } = readStoreArguments(
      args.filter((arg) => arg !== '--replace'),
      terminal,
    );
    try {
      const { rules, violations } = await restoreBackup(store, () => backupFileLines(file), { file, replace: args.includes('--replace') });
      terminal.out(`${placeOf(store)}: ${rules} rules and ${violations} violations of ${file}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      terminal.err(`betrace restore: ${error.message}\n`);
      return 2;
    }
  },
};
