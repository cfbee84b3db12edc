import type { OutgoingRecord } from '#messaging';
import { Append as RightAppend } from '../../apps/ingest/src/intake/append.js';
import { isOn } from './switches.js';

/** Drops the spans of the first request, each time that the fault is switched on. */
export class Append extends RightAppend {
  private dropped = false;

  override async append(records: readonly OutgoingRecord[], spans: number, timeoutMs?: number): Promise<void> {
    const on = isOn('dropped-spans');
    const drops = on && !this.dropped;
    this.dropped = on;
    if (!drops) await super.append(records, spans, timeoutMs);
  }
}
