import { useState } from 'react';
import type { Explanation } from '#ui/api/types';
import { RecordedWhy } from '#ui/explanation/recorded-why';
import { plainText } from '#ui/format/plain-text';
import { Tag } from '#ui/parts/tag';
import { TimeAgo } from '#ui/parts/time-ago';
import { UserText } from '#ui/parts/user-text';

/** Matches of a rule that are not violations: in a preview, or in shadow. */
export interface FoundSample {
  readonly trace_id: string;
  readonly span_id: string;
  readonly service: string;
  readonly timestamp: string;
  readonly message: string;
  readonly status?: string;
  readonly complete?: boolean;
  readonly fragment?: boolean;
  readonly explanation?: unknown;
}

interface FoundSamplesProps {
  readonly label: string;
  readonly samples: readonly FoundSample[];
  /** The text that found them. */
  readonly expression: string | undefined;
}

/** Sample matches, each with its explanation. */
export function FoundSamples({ label, samples, expression }: FoundSamplesProps) {
  return (
    <ul className="found-samples" aria-label={label}>
      {samples.map((sample) => (
        <Sample key={`${sample.trace_id} ${sample.span_id}`} sample={sample} expression={expression} />
      ))}
    </ul>
  );
}

interface SampleProps extends Pick<FoundSamplesProps, 'expression'> {
  readonly sample: FoundSample;
}

function Sample({ sample, expression }: SampleProps) {
  const { trace_id, span_id, service, timestamp, message, status, complete, fragment } = sample;
  const explanation = sample.explanation as Explanation | undefined;
  const [open, setOpen] = useState(false);
  return (
    <li>
      <p className="clamp" title={message}>
        {message}
      </p>
      <div className="tags small dim">
        <TimeAgo ms={Date.parse(timestamp)} />
        <UserText length={60}>{service}</UserText>
        <span className="mono ellipsis" title={plainText(trace_id)}>
          <UserText>{trace_id}</UserText>
        </span>
        {status === 'retracted' ? <Tag>taken back</Tag> : null}
        {status === 'undecided' ? <Tag tone="warn">undecided</Tag> : null}
        {fragment === true ? <Tag tone="warn">a part of a trace</Tag> : complete === false ? <Tag>not complete</Tag> : null}
        <span className="end tags">
          {explanation?.tree === undefined ? null : (
            <button type="button" className="btn small" aria-expanded={open} onClick={() => setOpen(!open)}>
              Why
            </button>
          )}
        </span>
      </div>
      {open && explanation !== undefined ? <RecordedWhy explanation={explanation} subject={span_id} expression={expression} /> : null}
    </li>
  );
}
