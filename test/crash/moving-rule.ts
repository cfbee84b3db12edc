import type { Random } from '../chaos/random.js';
import type { PlainSpan } from '../chaos/traces.js';
import { violationKey } from './findings.js';
import type { PatientClient } from './patient-client.js';

const ID = 'moving';

/**
 * A rule that changes continuously. A span sent after a change was acknowledged is judged by that version, whatever happens to the process meanwhile. In each
 * round one span matches the version in force, and one matches the version before it.
 */
export class MovingRule {
  /** The expected violations, one for each round. */
  readonly expected: string[] = [];
  rounds = 0;

  constructor(
    private readonly client: PatientClient,
    private readonly random: Random,
  ) {}

  /** Runs until `signal` is aborted; a started round is finished unless `giveUp` is aborted. */
  async run(signal: AbortSignal, giveUp: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const round = ++this.rounds;
      const rule = { name: 'Moving rule', expression: `span.attributes["round"] == ${round}`, severity: 'LOW' };
      await this.client.put(`/v1/rules/${ID}`, rule, giveUp);
      const hit = this.probe(round);
      await this.client.send([hit, this.probe(round - 1)], giveUp);
      this.expected.push(violationKey(ID, hit.trace_id));
      await new Promise((done) => setTimeout(done, this.random.between(100, 1_500)));
    }
  }

  private probe(round: number): PlainSpan {
    const traceId = `${this.random.hex(31)}2`;
    const [span_id, start_time] = [`${this.random.hex(15)}1`, 1_699_000_000_000_000];
    return { trace_id: traceId, span_id, name: 'probe', service: 'probe', start_time, duration: 1_000, attributes: { round, tenant: 'a' } };
  }
}
