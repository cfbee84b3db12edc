import { Injectable, type OnModuleInit } from '@nestjs/common';
import { countedLog, Log } from '#messaging';
import { Accounts } from '#platform';
import { TOPICS } from '#records';
import { Append } from './append.js';
import { Intake } from './intake.js';

/** Counts the spans between requests and the log for `GET /v1/accounting`. */
@Injectable()
export class AccountReceived implements OnModuleInit {
  constructor(
    private readonly log: Log,
    private readonly append: Append,
    private readonly intake: Intake,
    private readonly accounts: Accounts,
  ) {}

  /** Before the first request can come. A log with other writers has no such point for this process. */
  async onModuleInit(): Promise<void> {
    const { log, accounts } = this;
    const bases = log.shared ? new Map<number, number>() : await log.ends(TOPICS.spans);
    const { appended } = this.append;
    accounts.receive = {
      decided: (milliseconds) => appended.decided(milliseconds),
      now: () => {
        const { logged, underWay, unconfirmed } = appended;
        const { received, answered, own, latencies } = this.intake.totals;
        // Copies, because counting continues while the account is taken.
        const rejected = { ...this.intake.totals.rejected };
        const ends = new Map(appended.ends);
        return { received, answered, own, rejected, logged, underWay, unconfirmed, bases, ends, latencies: latencies.seconds };
      },
    };
    accounts.log ??= countedLog(log);
  }
}
