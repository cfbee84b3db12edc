import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { Span } from '../../api/types';
import { plural } from '../../format/count';
import { ErrorBanner } from '../../parts/error-banner';
import { RuleText } from '../../parts/rule-text';
import { Dialog } from '../../shell/dialog';
import { FactPicker } from './fact-picker';
import { conditionOf, factsOf } from './span-facts';
import { useTrial } from './use-trial';

interface MakeRuleDialogProps {
  readonly span: Span;
  readonly traceId: string;
  readonly onClose: () => void;
}

/** A rule from the ticked values of a span; it opens in the editor, with this trace to test it on. */
export function MakeRuleDialog({ span, traceId, onClose }: MakeRuleDialogProps) {
  const [, navigate] = useLocation();
  const facts = useMemo(() => factsOf(span), [span]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(['name', 'service']));
  const expression = conditionOf(facts, chosen);
  const trial = useTrial(expression, traceId);
  const open = (): void => navigate(`/rules/new?${new URLSearchParams({ name: span.name, expression, trace_id: traceId, tab: 'test' })}`);
  return (
    <Dialog open label="Make a rule from this span" className="sheet broad" onClose={onClose}>
      <div className="confirm">
        <h2>Make a rule from this span</h2>
        <p className="dim">Tick what must not happen together. The editor opens with it, and with this trace to test it on.</p>
        <FactPicker facts={facts} chosen={chosen} onChange={setChosen} />
        <div className="code-box made">
          {expression === '' ? <span className="faint">Nothing is ticked.</span> : <RuleText text={expression} />}
        </div>
        {trial.error === null || expression === '' ? null : <ErrorBanner what="It could not be tried." error={trial.error} />}
        <Matches trial={expression === '' || trial.error !== null ? undefined : trial.data} expression={expression} spanId={span.span_id} />
        <div className="head">
          <button type="button" className="btn" onClick={onClose}>
            Cancel
          </button>
          <button type="button" className="btn primary" disabled={expression === ''} onClick={open}>
            Open in the editor
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function Matches({
  trial,
  expression,
  spanId,
}: {
  readonly trial: ReturnType<typeof useTrial>['data'];
  readonly expression: string;
  readonly spanId: string;
}) {
  if (trial === undefined) return <p className="small dim" role="status" />;
  const matched = trial.result.matched_spans ?? [];
  const isRight = matched.includes(spanId);
  const Icon = isRight ? CircleCheck : TriangleAlert;
  return (
    <p className="small dim trial-line" role="status" data-stale={trial.expression !== expression}>
      <Icon className={isRight ? 'i is-ok' : 'i is-warn'} aria-hidden="true" />
      {isRight
        ? `Checked on this trace: ${plural(matched.length, 'span matches', 'spans match')}, this one among them.`
        : 'Checked on this trace: this span does not match it.'}
    </p>
  );
}
