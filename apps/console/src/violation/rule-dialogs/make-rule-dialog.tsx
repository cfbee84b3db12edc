import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useLocation } from 'wouter';
import { plural } from '#ui/format/count';
import { ErrorBanner } from '#ui/parts/error-banner';
import { RuleText } from '#ui/parts/rule-text';
import { Dialog } from '../../shell/dialog';
import { FactPicker } from './fact-picker';
import { conditionOf, type SpanFact } from './span-facts';
import { useChosenFacts } from './use-chosen-facts';
import { useTrial } from './use-trial';

interface MakeRuleDialogProps {
  /** The source of the rule: `this span`. */
  readonly from: string;
  /** The initial name of the rule. */
  readonly name: string;
  readonly facts: readonly SpanFact[];
  /** Keys of the facts that are ticked at first. */
  readonly ticked: readonly string[];
  readonly traceId: string;
  /** The span that must match; absent: any span of the trace. */
  readonly spanId?: string;
  readonly onClose: () => void;
}

/** A rule from ticked values; it opens in the editor, with this trace to test it on. */
export function MakeRuleDialog({ from, name, facts, ticked, traceId, spanId, onClose }: MakeRuleDialogProps) {
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useChosenFacts(ticked);
  const expression = conditionOf(facts, chosen);
  const trial = useTrial(expression, traceId);
  const open = (): void => navigate(`/rules/new?${new URLSearchParams({ name, expression, trace_id: traceId, tab: 'test' })}`);
  return (
    <Dialog open label={`Make a rule from ${from}`} className="sheet broad" onClose={onClose}>
      <div className="confirm">
        <h2>Make a rule from {from}</h2>
        <p className="dim">Tick what must not happen together. The editor opens with it, and with this trace to test it on.</p>
        <FactPicker facts={facts} chosen={chosen} onChange={setChosen} />
        <div className="code-box made">
          {expression === '' ? <span className="faint">Nothing is ticked.</span> : <RuleText text={expression} />}
        </div>
        {trial.error === null || expression === '' ? null : <ErrorBanner what="It could not be tried." error={trial.error} />}
        <Matches trial={expression === '' || trial.error !== null ? undefined : trial.data} expression={expression} spanId={spanId} />
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
  readonly spanId: string | undefined;
}) {
  if (trial === undefined) return <p className="small dim" role="status" />;
  const matched = trial.result.matched_spans ?? [];
  const isRight = spanId === undefined ? matched.length > 0 : matched.includes(spanId);
  const Icon = isRight ? CircleCheck : TriangleAlert;
  return (
    <p className="small dim trial-line" role="status" data-stale={trial.expression !== expression}>
      <Icon className={isRight ? 'i is-ok' : 'i is-warn'} aria-hidden="true" />
      Checked on this trace:{' '}
      {isRight
        ? `${plural(matched.length, 'span matches', 'spans match')}${spanId === undefined ? '.' : ', this one among them.'}`
        : `${spanId === undefined ? 'no span matches it.' : 'this span does not match it.'}`}
    </p>
  );
}
