import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '#openapi';
import { AccountingView } from './accounting.dto.js';
import { Accounts } from './accounts.js';
import { takeAccount } from './take-account.js';

/** The account of all received spans. */
@ApiTags('operation')
@Controller('v1/accounting')
export class AccountingController {
  private readonly since = new Date();
  /** At most one at a time, because each reads the log. */
  private underWay: Promise<AccountingView> | undefined;
  private next: Promise<AccountingView> | undefined;

  constructor(private readonly accounts: Accounts) {}

  @Get()
  @ApiOperation({
    summary: 'The outcome of every span that was received',
    description:
      'Received = judged + rejected by reason + duplicates + on the way, exact at one instant. Each process answers for its own hops; docs/operations/accounting.md says how they add up.',
  })
  @ApiOkResponse({ type: AccountingView })
  read(): Promise<AccountingView> {
    // The one under way may describe an instant before this request.
    if (this.underWay === undefined) return this.begin();
    this.next ??= this.underWay.then(
      () => this.begin(),
      () => this.begin(),
    );
    return this.next;
  }

  private begin(): Promise<AccountingView> {
    this.next = undefined;
    this.underWay = takeAccount(this.accounts, this.since).finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }
}
