import { useState } from 'react';
import type { PreviewResult } from '#ui/api/types';
import { exactCount } from '#ui/format/count';
import { Segments } from '#ui/parts/segments';
import { FoundSamples } from './found-samples';

interface PreviewComparisonProps {
  readonly comparison: NonNullable<PreviewResult['comparison']>;
  /** All matches of the new text. */
  readonly samples: PreviewResult['samples'];
  /** The saved version; undefined if unknown. */
  readonly version: number | undefined;
  readonly expression: string;
  readonly savedExpression: string | undefined;
}

/** Compares the text with the saved version: new traces, and missed ones. */
export function PreviewComparison({ comparison, samples, version, expression, savedExpression }: PreviewComparisonProps) {
  const { only_new, only_old, both, only_new_samples, only_old_samples } = comparison;
  const [shown, setShown] = useState('all');
  const lists = {
    all: { samples, expression, none: 'Neither matches.' },
    new: { samples: only_new_samples, expression, none: 'It finds nothing that the saved version does not.' },
    old: { samples: only_old_samples, expression: savedExpression, none: 'It misses nothing that the saved version finds.' },
  } as const;
  const list = lists[shown as keyof typeof lists] ?? lists.all;
  const saved = version === undefined ? 'the saved version' : `version ${version}`;
  return (
    <>
      <section aria-label={`Beside ${saved}`} className="stack tight">
        <h2 className="small dim">Beside {saved}, in traces</h2>
        <dl className="beside-counts">
          <div>
            <dt>only this text</dt>
            <dd className="num">{exactCount(only_new)}</dd>
          </div>
          <div>
            <dt>both</dt>
            <dd className="num">{exactCount(both)}</dd>
          </div>
          <div>
            <dt>only {saved}</dt>
            <dd className="num">{exactCount(only_old)}</dd>
          </div>
        </dl>
      </section>
      <Segments
        label="Samples"
        value={shown}
        options={[
          { key: 'all', text: 'This text' },
          { key: 'new', text: 'Only this text' },
          { key: 'old', text: `Only ${saved}` },
        ]}
        onChange={setShown}
      />
      {list.samples.length === 0 ? (
        <p className="small dim">{list.none}</p>
      ) : (
        <FoundSamples label="Samples" samples={list.samples} expression={list.expression} />
      )}
    </>
  );
}
