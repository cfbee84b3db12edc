import type { BeTraceApi } from './betrace-api.js';
import { RULES, type RuleId } from './rules.js';

/** The faults of the shop so far and the violations that BeTrace reported: redrawn in place on a terminal, printed once elsewhere. */
export class LiveCount {
  readonly made = new Map<RuleId, number>(RULES.map((rule) => [rule.id, 0]));
  private readonly found = new Map<RuleId, number>(RULES.map((rule) => [rule.id, 0]));
  private drawn = 0;
  orders = 0;

  constructor(
    private readonly api: BeTraceApi,
    private readonly since: number,
    private readonly out: NodeJS.WriteStream,
  ) {}

  async refresh(): Promise<void> {
    await Promise.all(RULES.map(async ({ id }) => this.found.set(id, await this.api.violations(id, this.since))));
  }

  /** Every mistake was found, and nothing else. */
  get agrees(): boolean {
    return RULES.every(({ id }) => this.made.get(id) === this.found.get(id));
  }

  /** Fewer rows are redrawn on a terminal than scrolled in a file: `always` prints in either. */
  draw(always: boolean): void {
    if (!this.out.isTTY && !always) return;
    const lines = [
      `${this.orders} orders sent`,
      '',
      `${'rule'.padEnd(34)}${'severity'.padEnd(11)}${'made'.padStart(6)}${'found'.padStart(7)}`,
      ...RULES.map(
        ({ id, severity }) =>
          `${id.padEnd(34)}${severity.padEnd(11)}${String(this.made.get(id)).padStart(6)}${String(this.found.get(id)).padStart(7)}`,
      ),
    ];
    if (this.out.isTTY && this.drawn > 0) this.out.write(`\x1b[${this.drawn}A`);
    this.out.write(lines.map((line) => `${this.out.isTTY ? '\x1b[2K' : ''}${line}\n`).join(''));
    this.drawn = lines.length;
  }
}
