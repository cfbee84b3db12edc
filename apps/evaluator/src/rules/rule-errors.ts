import type { Accounting, RuleAccount } from '#engine';
import type { RuleStatusRecord } from '#records';

/** The state of one rule. */
interface Known {
  /** Errors counted for former versions. */
  before: number;
  version: number;
  /** Errors about the type of a value, by key. */
  typesBefore: ReadonlyMap<string, number>;
  status: RuleStatusRecord | undefined;
}

/** The errors of the rules in one partition, by the rule's version, which the accounting does not distinguish. */
export class RuleErrors {
  private readonly known = new Map<string, Known>();
  private changed = new Map<string, RuleStatusRecord>();

  constructor(
    private readonly partition: number,
    private readonly accounting: Accounting,
  ) {}

  /** Adds the counts since the last call. Call it before each change of the rules, so that versions are distinguished. */
  note(rules: readonly { readonly id: string; readonly version: number }[], logTime: number): void {
    for (const { id, version } of rules) {
      const account = this.accounting.rules.get(id);
      if (account === undefined || account.errors.size === 0) continue;
      const total = [...account.errors.values()].reduce((sum, count) => sum + count, 0);
      const existing = this.knownOf(id, version);
      if (existing.version !== version)
        Object.assign(existing, {
          version,
          before: existing.before + (existing.status?.errors ?? 0),
          typesBefore: countsOf(account),
          status: undefined,
        });
      const errors = total - existing.before;
      if (errors === (existing.status?.errors ?? 0)) continue;
      const { partition } = this;
      existing.status = {
        rule_id: id,
        rule_version: version,
        partition,
        errors,
        last_error: account.lastError ?? '',
        last_error_at_ms: logTime,
        ...typeFailuresOf(account, existing.typesBefore),
      };
      this.changed.set(id, existing.status);
    }
  }

  /** The changes since the last call. */
  take(): readonly RuleStatusRecord[] {
    const taken = [...this.changed.values()];
    this.changed = new Map();
    return taken;
  }

  /** The last result could not be published: the next call returns it again, unless there is a newer one. */
  putBack(statuses: readonly RuleStatusRecord[]): void {
    for (const status of statuses) if (!this.changed.has(status.rule_id)) this.changed.set(status.rule_id, status);
  }

  private knownOf(id: string, version: number): Known {
    let existing = this.known.get(id);
    if (existing === undefined) this.known.set(id, (existing = { before: 0, version, typesBefore: new Map(), status: undefined }));
    return existing;
  }
}

function countsOf({ typeFailures }: RuleAccount): ReadonlyMap<string, number> {
  return new Map([...typeFailures].map(([key, { count }]) => [key, count]));
}

/** The errors of the current version. */
function typeFailuresOf({ typeFailures }: RuleAccount, before: ReadonlyMap<string, number>): Pick<RuleStatusRecord, 'type_failures'> {
  const failures = [...typeFailures]
    .map(([key, { message, count, ...seen }]) => ({ error: message, ...seen, count: count - (before.get(key) ?? 0) }))
    .filter(({ count }) => count > 0);
  return failures.length === 0 ? {} : { type_failures: failures };
}
