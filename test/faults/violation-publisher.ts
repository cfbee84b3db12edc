import { setTimeout as pause } from 'node:timers/promises';
import type { Verdict } from '#engine';
import { ViolationPublisher as RightPublisher, type SetAside } from '../../apps/evaluator/src/publish/violation-publisher.js';
import { isOn } from './switches.js';

/** How late (ms) verdicts are published. */
const LATE = 2_000;

/** The span that a violation names with the fault `wrong-span`. */
export const WRONG_SPAN = 'f'.repeat(16);

/** Publishes late, twice, and about another span. */
export class ViolationPublisher extends RightPublisher {
  override async publish(partition: number, verdicts: readonly Verdict[], signal: AbortSignal): Promise<readonly SetAside[]> {
    if (isOn('late-verdict')) await pause(LATE, undefined, { signal });
    const again = isOn('doubled-violation') ? verdicts.map((verdict) => ({ ...verdict, id: `${verdict.id.slice(0, -4)}beef` })) : [];
    const elsewhere = isOn('wrong-span') ? { spanId: WRONG_SPAN, wireSpanId: WRONG_SPAN } : {};
    const published = [...verdicts, ...again].map((verdict) => ({ ...verdict, ...elsewhere }));
    return super.publish(partition, published, signal);
  }
}
