import type { OnModuleInit } from '@nestjs/common';
import type { Logger } from '#platform';
import type { Store } from '#store';

/** Logs that a newer version has migrated the database: after a rollback, or during an upgrade. */
export class NewerSchemaWarning implements OnModuleInit {
  constructor(
    private readonly store: Pick<Store, 'newerMigrations'>,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  async onModuleInit(): Promise<void> {
    const migrations = await this.store.newerMigrations();
    if (migrations.length > 0)
      this.logger.warn({ migrations }, 'a newer version of BeTrace has migrated the database; this version continues with it');
  }
}
