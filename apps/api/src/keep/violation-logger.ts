import type { Clock, Logger } from '#platform';
import type { StoredViolation } from '#store';

/** Maximum of remembered violations, so that a later revision makes no second line. */
const MAX_REMEMBERED = 10_000;
/** Milliseconds in which at most `perSecond` lines are written. */
const WINDOW_MS = 1_000;

/**
 * Logs a line for each violation when it is stored; log alerts count these lines. Later revisions of an open violation, retractions and undecided records have
 * none. A line has no message and no metadata, which hold values of spans. Once a second it logs how many lines were omitted.
 */
export class ViolationLogger {
  private readonly logged = new Set<string>();
  private windowEnd = Number.NEGATIVE_INFINITY;
  private lines = 0;
  private leftOut = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param perSecond lines; 0: none */
  constructor(
    private readonly logger: Logger,
    private readonly perSecond: number,
    private readonly clock: Clock,
  ) {}

  log(violations: readonly StoredViolation[]): void {
    if (this.perSecond === 0) return;
    for (const violation of violations) {
      if (violation.status !== 'open') this.logged.delete(violation.id);
      else if (!this.logged.has(violation.id)) {
        this.remember(violation.id);
        this.write(violation);
      }
    }
  }

  /** Logs how many lines were omitted since the last report. */
  close(): void {
    clearTimeout(this.timer);
    this.tellLeftOut();
  }

  private remember(id: string): void {
    this.logged.add(id);
    const [oldest] = this.logged;
    if (this.logged.size > MAX_REMEMBERED && oldest !== undefined) this.logged.delete(oldest);
  }

  private write({ id, revision, severity, ruleId, ruleName, service, traceId }: StoredViolation): void {
    const now = this.clock.monotonic();
    if (now >= this.windowEnd) {
      this.windowEnd = now + WINDOW_MS;
      this.lines = 0;
    }
    if (this.lines >= this.perSecond) {
      this.leftOut++;
      this.timer ??= setTimeout(() => this.tellLeftOut(), WINDOW_MS).unref();
      return;
    }
    this.lines++;
    this.logger.info(
      {
        betrace_violation_severity: severity,
        betrace_violation_id: id,
        betrace_violation_revision: revision,
        betrace_violation_rule_id: ruleId,
        betrace_violation_rule_name: ruleName,
        betrace_violation_service: service,
        trace_id: traceId,
      },
      'violation',
    );
  }

  private tellLeftOut(): void {
    this.timer = undefined;
    if (this.leftOut === 0) return;
    this.logger.warn({ violations: this.leftOut }, 'omitted log lines of violations (logging.violations_per_second)');
    this.leftOut = 0;
  }
}
