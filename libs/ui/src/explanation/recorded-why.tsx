import { useMemo } from 'react';
import type { Explanation, Span } from '../api/types';
import { LongText } from '../parts/user-text';
import { conditionsOf } from './conditions';
import { WhyTree } from './why-tree';

interface RecordedWhyProps {
  readonly explanation: Explanation;
  /** The subject span. */
  readonly subject: string;
  /** The text that was judged. */
  readonly expression: string | undefined;
}

/** Why something matches, from its explanation alone, without the trace. */
export function RecordedWhy({ explanation, subject, expression }: RecordedWhyProps) {
  const { tree } = explanation;
  const conditions = useMemo(() => conditionsOf(tree, subject), [tree, subject]);
  const spans = useMemo(() => {
    const witnesses = explanation.conditions.flatMap((condition) => condition.witnesses ?? []);
    return new Map(witnesses.map((witness) => [witness.span_id, { ...witness, name: witness.name ?? witness.span_id } as unknown as Span]));
  }, [explanation]);
  return tree === undefined ? (
    <p className="dim">
      <LongText name="the summary">{explanation.summary}</LongText>
    </p>
  ) : (
    <WhyTree tree={tree} text={expression} conditions={conditions} spans={spans} />
  );
}
