import type { SpanTest } from '../../trace/span-functions.js';
import type { SpanView } from '../../trace/span-view.js';
import type { Resolved } from '../../tree/resolved.js';
import { BELOW, EVERY, JoinedSpans, type Relation } from './joined/joined-spans.js';
import type { SpanBucket } from './joined/span-bucket.js';
import { LinkedSpans } from './links/linked-spans.js';
import { alternativesOf } from './plan/alternatives.js';
import { type JoinPlan, joinPlan } from './plan/join-plan.js';
import { RelativesConstraint } from './ranks/order-constraint.js';
import { NEVER } from './ranks/value-column.js';

/** Counts spans, or finds whether there is one, where look-ups answer without visiting them. */
export abstract class CountedSpans extends LinkedSpans {
  /** By condition: the number of visited relatives. */
  private readonly walked = new Map<Resolved, number>();

  /** The number of spans that satisfy a test, exact up to `max`. Undefined where look-ups alone cannot answer, or are not worth it yet. */
  protected countIfScannedOften(test: SpanTest, max: number): number | undefined {
    const { condition, depth } = test;
    if (condition === undefined) return undefined;
    const plan = joinPlan(condition, depth);
    if (plan.tests.length === 0) return undefined;
    if (plan.rest.length > 0) return max === 0 ? this.hasInSomeWay(test, condition, plan) : undefined;
    const linked = this.countLinked(test, plan, max);
    if (linked !== undefined) return linked;
    const bucket = this.candidates(test, condition, plan);
    return this.isScannedOften(bucket) ? this.countInIndex(test, plan, bucket, max) : undefined;
  }

  /** 1 where some span satisfies a test by one of its alternatives, else 0. */
  private hasInSomeWay(test: SpanTest, condition: Resolved, plan: JoinPlan): number | undefined {
    const alternatives = alternativesOf(condition, test.depth);
    if (alternatives?.areCertain !== true || !this.isScannedOften(this.candidates(test, condition, plan))) return undefined;
    let isKnown = true;
    for (const way of alternatives.ways) {
      const one: SpanTest = { ...test, condition: way.condition };
      const bucket = this.candidates(one, way.condition, way.plan);
      // Without tests of outer spans it is a look-up, or not worth one.
      const found =
        way.plan.tests.length === 0
          ? bucket.spans.length
          : way.plan.rest.length > 0
            ? undefined
            : this.isScannedOften(bucket)
              ? this.countInIndex(one, way.plan, bucket, 0)
              : this.lookThrough(one, way.plan, bucket);
      if (found === undefined) isKnown = false;
      else if (found > 0) return 1;
    }
    return isKnown ? 0 : undefined;
  }

  private lookThrough(test: SpanTest, plan: JoinPlan, bucket: SpanBucket): number {
    for (const span of bucket) {
      bucket.scanned++;
      if (this.satisfies(test, plan.tests, span)) return 1;
    }
    return 0;
  }

  /** Counts candidates, optionally in a relation to an outer span. Undefined where look-ups are not enough. */
  protected countInIndex(test: SpanTest, plan: JoinPlan, bucket: SpanBucket, max: number, relation?: Relation): number | undefined {
    if (relation !== undefined && relation.constraint === undefined) return undefined;
    const index = this.indexed(bucket, test.depth, plan, relation?.columns ?? EVERY);
    const indexConstraints = this.constraints(plan, index);
    if (indexConstraints !== NEVER && indexConstraints.left.length > 0) return undefined;
    JoinedSpans.searches++;
    let count = 0;
    for (const span of index.apart) if (relation?.stands(span) !== false && this.satisfies(test, plan.tests, span)) count++;
    if (indexConstraints === NEVER || count > max) return count;
    const constraints =
      relation?.constraint === undefined ? indexConstraints.constraints : [relation.constraint, ...indexConstraints.constraints];
    return count + this.counted(index, constraints, max);
  }

  /** Undefined while relatives are still visited one by one. */
  protected countRelatives(
    test: SpanTest,
    condition: Resolved,
    axis: 'descendants' | 'ancestors',
    subject: SpanView,
    max: number,
  ): number | undefined {
    const plan = joinPlan(condition, test.depth);
    const relation = plan.rest.length > 0 ? undefined : this.relation(condition, plan, axis, subject);
    if (relation === undefined) return undefined;
    const bucket = this.candidates(test, condition, plan);
    return this.isScannedOften(bucket) ? this.countInIndex(test, plan, bucket, max, relation) : undefined;
  }

  /**
   * Undefined until enough relatives were visited. A span whose test has an inner function may be visited many times (an ancestor of many), and the function may take time in proportion to the trace. So it is answered once per span.
   */
  protected relation(condition: Resolved, plan: JoinPlan, axis: 'descendants' | 'ancestors', subject: SpanView): Relation | undefined {
    const { structure } = this.host;
    const position = structure.intervals.indexOf.get(subject);
    if (position === undefined) return undefined;
    const walked = this.walked.get(condition) ?? 0;
    if (plan.own.length === 0 && walked <= Math.max(64, 2 * this.host.trace.spans.length)) return undefined;
    return {
      constraint: new RelativesConstraint(this.traceColumns(), position, axis),
      columns: BELOW,
      stands: (span) =>
        span !== subject && (axis === 'descendants' ? structure.isAncestor(subject, span) : structure.isAncestor(span, subject)),
    };
  }

  /** Relatives, visited one by one. */
  protected walk(condition: Resolved, axis: 'descendants' | 'ancestors', subject: SpanView): readonly SpanView[] {
    const relatives = this.walking((structure) => structure.relatives(axis, subject));
    this.walked.set(condition, (this.walked.get(condition) ?? 0) + relatives.length);
    return relatives;
  }
}
