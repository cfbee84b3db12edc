import { Clock, Gauge, Target } from 'lucide-react';
import type { Validation } from '#ui/api/types';
import { duration } from '#ui/format/duration';

const FIRES: Readonly<Record<string, readonly [string, string]>> = {
  on_arrival: ['as a span arrives', 'nothing else has to be waited for'],
  when_certain: ['when it is certain', 'before the trace closes, where the answer can no longer change'],
  at_close: ['when the trace closes', 'something missing is certain only then'],
};
const KEPT: Readonly<Record<string, string>> = {
  nothing: 'no spans kept',
  columns: 'keeps the fields it reads',
  spans: 'keeps every span',
};

/** The rule's subject, when it fires and its cost, for the last text without errors. */
export function JudgedPanel({ result }: { readonly result: Validation }) {
  const { subject, fires = '', cost, summary } = result;
  if (subject === undefined || cost === undefined) return null;
  const [when, why] = FIRES[fires] ?? [fires, ''];
  return (
    <section className="panel" aria-labelledby="judged-h">
      <header>
        <h2 id="judged-h">How it is judged</h2>
      </header>
      <dl className="facts flat">
        <div>
          <dt>
            <Target className="i" aria-hidden="true" />
            About
          </dt>
          <dd>{subject === 'span' ? 'a span' : 'a trace'}</dd>
          <dd>{subject === 'span' ? 'each span that matches is a violation' : 'judged once for each trace'}</dd>
        </div>
        <div>
          <dt>
            <Clock className="i" aria-hidden="true" />
            Fires
          </dt>
          <dd>{when}</dd>
          <dd>{why}</dd>
        </div>
        <div title={summary}>
          <dt>
            <Gauge className="i" aria-hidden="true" />
            Costs
          </dt>
          <dd className="num">{duration(cost.nanoseconds_per_span)} per span</dd>
          <dd>{KEPT[cost.buffers] ?? cost.buffers}, estimated</dd>
        </div>
      </dl>
    </section>
  );
}
