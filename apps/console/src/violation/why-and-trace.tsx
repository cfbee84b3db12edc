import { ChevronDown, ChevronUp, Unlink } from 'lucide-react';
import { useMemo } from 'react';
import { ApiProblem } from '#ui/api/problem';
import type { RuleVersion, Violation } from '#ui/api/types';
import { conditionsOf } from '#ui/explanation/conditions';
import { ghostsOf, lettersOf } from '#ui/explanation/letters';
import { WhyTree } from '#ui/explanation/why-tree';
import { plainText } from '#ui/format/plain-text';
import { EmptyState } from '#ui/parts/empty-state';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Key } from '#ui/parts/key';
import { Skeleton } from '#ui/parts/skeleton';
import { UserText } from '#ui/parts/user-text';
import { Minimap } from '#ui/waterfall/minimap';
import { SpanPanel } from '#ui/waterfall/span-panel';
import { isSelectable, traceRows } from '#ui/waterfall/trace-rows';
import { Waterfall } from '#ui/waterfall/waterfall';
import { useAddress } from '../parts/browser/use-address';
import { useKeys } from '../shell/commands/use-keys';
import { ExcludeDialog } from './rule-dialogs/exclude-dialog';
import { MakeRuleDialog } from './rule-dialogs/make-rule-dialog';
import { factsOf } from './rule-dialogs/span-facts';
import { useTrace, useWholeExplanation } from './violation-queries';

interface WhyAndTraceProps {
  readonly violation: Violation;
  /** Shows the record alone, without a new explanation: for a superseded revision. */
  readonly asRecorded: boolean;
  readonly versions: readonly RuleVersion[] | undefined;
}

/** The explanation beside its trace: letters link both, and a selection in one is shown in the other. */
export function WhyAndTrace({ violation, asRecorded, versions }: WhyAndTraceProps) {
  const address = useAddress();
  const trace = useTrace(violation.id);
  const whole = useWholeExplanation(violation.id);
  const asked = asRecorded ? undefined : (whole.data ?? undefined);
  const tree = asked?.explanation.tree ?? violation.explanation.tree;
  const text = asked?.expression ?? versions?.find(({ version }) => version === violation.rule_version)?.rule?.expression;

  const conditions = useMemo(() => conditionsOf(tree, violation.span_id), [tree, violation.span_id]);
  const spans = useMemo(() => new Map((trace.data?.spans ?? []).map((span) => [span.span_id, span])), [trace.data]);
  const rows = useMemo(() => (trace.data === undefined ? undefined : traceRows(trace.data.spans)), [trace.data]);
  const letters = useMemo(() => lettersOf(conditions), [conditions]);
  const ghosts = useMemo(() => ghostsOf(conditions, text), [conditions, text]);
  const ids = useMemo(() => (rows?.rows ?? []).filter(isSelectable).map(({ span }) => span.span_id), [rows]);
  const matches = useMemo(() => ids.filter((id) => letters.has(id)), [ids, letters]);
  const matchesOnly = address.get('matches') === '1';
  const selected = address.get('span') ?? (spans.has(violation.span_id) ? violation.span_id : (matches[0] ?? rows?.rows[0]?.span.span_id));
  const select = (span: string): void => address.put({ span });
  const at = selected === undefined ? -1 : matches.indexOf(selected);
  const go = (by: number) => (): void => {
    const next = matches[(at + by + matches.length) % matches.length];
    if (next !== undefined) select(next);
  };
  const move = (by: number) => (): void => {
    const shown = matchesOnly ? matches : ids;
    const next = shown[shown.indexOf(selected ?? '') + by];
    if (next !== undefined) select(next);
  };
  const toggle = (): void => address.put({ matches: matchesOnly ? undefined : '1' });
  const dialog = address.get('dialog');
  const setDialog = (which: 'rule' | 'exclude' | undefined): void => address.put({ dialog: which, tick: undefined, range: undefined });
  const selectedRow = rows?.rows.find(({ span }) => span.span_id === selected);
  const canExclude = !asRecorded && violation.status === 'open';
  const show = (which: 'rule' | 'exclude') => (): void => {
    if (selectedRow !== undefined && (which === 'rule' || canExclude)) setDialog(which);
  };
  useKeys({ j: move(1), k: move(-1), ']': go(1), '[': go(-1), o: toggle, r: show('rule'), x: show('exclude') });

  return (
    <div className="columns why-trace">
      <section className="panel area-why" aria-labelledby="why-h">
        <header>
          <h2 id="why-h">Why</h2>
        </header>
        {tree === undefined ? (
          <p className="body dim">
            <UserText length={2_000}>{violation.explanation.summary}</UserText>
          </p>
        ) : (
          <WhyTree tree={tree} text={text} conditions={conditions} spans={spans} onSpan={select} />
        )}
      </section>
      <section className="panel area-trace" aria-labelledby="trace-h">
        <header>
          <h2 id="trace-h">Trace</h2>
          <span className="mono small dim ellipsis" title={plainText(violation.trace_id)}>
            <UserText>{violation.trace_id}</UserText>
          </span>
          {matches.length === 0 ? null : (
            <div className="end">
              <button type="button" className="btn small icon" aria-label="Previous match" title="Previous match [" onClick={go(-1)}>
                <ChevronUp className="i" aria-hidden="true" />
              </button>
              <span className="num small dim nowrap">
                {at < 0 ? '' : `${at + 1} of `}
                {matches.length} {matches.length === 1 && at < 0 ? 'match' : at < 0 ? 'matches' : ''}
              </span>
              <button type="button" className="btn small icon" aria-label="Next match" title="Next match ]" onClick={go(1)}>
                <ChevronDown className="i" aria-hidden="true" />
              </button>
              <button type="button" className="btn small" aria-pressed={matchesOnly} onClick={toggle}>
                Matches only <Key>o</Key>
              </button>
            </div>
          )}
        </header>
        {trace.data !== undefined && !trace.data.complete ? (
          <div className="banner warn">Some spans of this trace are older than the log keeps: they are not shown.</div>
        ) : null}
        {rows === undefined ? (
          <TraceMissing error={trace.error} onRetry={() => void trace.refetch()} />
        ) : (
          <>
            <Minimap trace={rows} letters={letters} />
            <Waterfall trace={rows} letters={letters} ghosts={ghosts} selected={selected} matchesOnly={matchesOnly} onSelect={select} />
          </>
        )}
      </section>
      {selectedRow === undefined ? null : (
        <section className="panel area-span" aria-labelledby="span-h">
          <header>
            <h2 id="span-h" className="ellipsis">
              <UserText>{selectedRow.span.name}</UserText>
            </h2>
            <div className="end">
              <button type="button" className="btn small" onClick={show('rule')}>
                Make a rule <Key className="not-phone">r</Key>
              </button>
              {canExclude ? (
                <button type="button" className="btn small" onClick={show('exclude')}>
                  Exclude this <Key className="not-phone">x</Key>
                </button>
              ) : null}
            </div>
          </header>
          <div className="body">
            <SpanPanel row={selectedRow} conditions={conditions} />
          </div>
        </section>
      )}
      {dialog === 'rule' && selectedRow !== undefined ? (
        <MakeRuleDialog
          from="this span"
          name={selectedRow.span.name}
          facts={factsOf(selectedRow.span)}
          ticked={['name', 'service']}
          traceId={violation.trace_id}
          spanId={selectedRow.span.span_id}
          onClose={() => setDialog(undefined)}
        />
      ) : null}
      {dialog === 'exclude' && canExclude && selectedRow !== undefined ? (
        <ExcludeDialog violation={violation} facts={factsOf(selectedRow.span)} onClose={() => setDialog(undefined)} />
      ) : null}
    </div>
  );
}

function TraceMissing({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  if (error === null) return <Skeleton lines={8} label="The trace is being read" />;
  if (!(error instanceof ApiProblem) || error.status !== 404)
    return <ErrorBanner what="The trace could not be read." error={error} onRetry={onRetry} />;
  return (
    <EmptyState icon={Unlink} title="The spans are gone">
      They are older than the log keeps. Why the rule was violated, and by which spans, stays on record.
    </EmptyState>
  );
}
