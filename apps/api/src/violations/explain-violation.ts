import type { Explanation } from '#dsl';
import { ApiProperty } from '#openapi';
import { encodeRequest } from '#otlp';
import type { ViolationRecord } from '#records';
import type { Store } from '#store';
import { ApiError } from '../api-error.js';
import { ExplanationView } from '../explanation.dto.js';
import type { ExpressionChecker } from '../expressions/expression-checker.js';
import type { TraceReader } from './trace/trace-reader.js';

/** A violation explained again on all spans of its trace. */
export class WholeExplanation {
  @ApiProperty({ description: 'The text that the ranges of the explanation are about: the rule as it was when it was violated.' })
  expression!: string;

  @ApiProperty({ example: 1 })
  rule_version!: number;

  @ApiProperty({ type: ExplanationView })
  explanation!: Explanation;

  @ApiProperty({ description: 'False if the log has already deleted some of the records of the trace.' })
  complete!: boolean;
}

/** Evaluates the violated version of a rule again on the trace in the log, with every relevant span. */
export class ExplainViolation {
  /** @param tolerance tolerated clock difference in milliseconds, as in the evaluators */
  constructor(
    private readonly store: Store,
    private readonly traceReader: TraceReader,
    private readonly expressions: ExpressionChecker,
    private readonly tolerance: number,
  ) {}

  async explain(violation: ViolationRecord): Promise<WholeExplanation> {
    const { rule_id, rule_version, wire_span_id } = violation;
    const rule = (await this.store.ruleVersion(rule_id, rule_version))?.rule;
    if (rule === undefined) throw new ApiError('BT_API_RULE_VERSION_NOT_FOUND', { id: rule_id, version: rule_version });
    const { requests, complete } = await this.traceReader.requests(violation);
    if (requests.length === 0) throw new ApiError('BT_API_TRACE_GONE', { id: violation.id });
    const explanation = await this.expressions.explain({
      expression: rule.expression,
      requests: requests.map(encodeRequest),
      subject: wire_span_id,
      tolerance: this.tolerance,
    });
    return { expression: rule.expression, rule_version, explanation, complete };
  }
}
