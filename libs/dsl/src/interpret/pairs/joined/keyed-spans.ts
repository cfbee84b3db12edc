import { valueKey } from '../../../trace/aggregate.js';
import type { SpanView } from '../../../trace/span-view.js';
import type { Value } from '../../../values/value.js';
import type { JoinKey } from '../plan/join-plan.js';
import { FAILED } from '../ranks/value-column.js';
import { SpanBucket } from './span-bucket.js';

type Level = Map<unknown, Level | SpanView[] | SpanBucket>;

/** Spans by the values of one or several keys: a hash within a hash. */
export class KeyedSpans {
  private readonly root: Level = new Map();
  /** For these keys only: a bucket keeps the state of its scans. */
  private readonly nothing = new SpanBucket([]);

  /** A span whose key fails, or is NaN, equals nothing. */
  add(values: readonly (Value | typeof FAILED)[], span: SpanView): void {
    if (values.some((value) => value === FAILED || Number.isNaN(value))) return;
    let level = this.root;
    const keys = values.map((value) => valueKey(value as Value));
    const last = keys.pop();
    for (const key of keys) {
      let next = level.get(key) as Level | undefined;
      if (next === undefined) level.set(key, (next = new Map()));
      level = next;
    }
    const group = level.get(last) as SpanView[] | undefined;
    if (group === undefined) level.set(last, [span]);
    else group.push(span);
  }

  /** The spans with the values of the outer spans. */
  at(keys: readonly JoinKey[], outer: (key: JoinKey) => Value | typeof FAILED): SpanBucket {
    let level = this.root;
    for (let at = 0; ; at++) {
      const value = outer(keys[at]!);
      const key = value === FAILED ? FAILED : valueKey(value);
      const next = level.get(key);
      if (next === undefined) return this.nothing;
      if (next instanceof SpanBucket) return next;
      if (next instanceof Map) {
        level = next;
        continue;
      }
      const bucket = new SpanBucket(next);
      level.set(key, bucket);
      return bucket;
    }
  }
}
