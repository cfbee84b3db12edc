import { setTimeout as pause } from 'node:timers/promises';
import type { RecordBatch } from '#messaging';
import { Evaluator as RightEvaluator } from '../../apps/evaluator/src/partition/evaluator.js';
import { isOn } from './switches.js';

/** Sticks in partition 0. */
export class Evaluator extends RightEvaluator {
  override async records(batch: RecordBatch): Promise<void> {
    while (batch.partition === 0 && isOn('stuck-partition')) await pause(50);
    return super.records(batch);
  }
}
