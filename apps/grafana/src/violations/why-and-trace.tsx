import { Alert, LoadingPlaceholder } from '@grafana/ui';
import { useCallback, useMemo } from 'react';
import type { Trace, Violation, WholeExplanation } from '#ui/api/types';
import { conditionsOf } from '#ui/explanation/conditions';
import { ghostsOf, lettersOf } from '#ui/explanation/letters';
import { WhyTree } from '#ui/explanation/why-tree';
import { UserText } from '#ui/parts/user-text';
import { Minimap } from '#ui/waterfall/minimap';
import { SpanPanel } from '#ui/waterfall/span-panel';
import { traceRows } from '#ui/waterfall/trace-rows';
import { Waterfall } from '#ui/waterfall/waterfall';
import { RequestProblem, request } from '../api/request';
import { useAnswer } from '../api/use-answer';
import { useChosenDataSource } from '../app/chosen-data-source';
import { ProblemAlert } from '../app/problem-alert';
import { useSearch } from '../app/use-search';
import { ConsoleScope, stacked } from '../console/console-scope';

/** A deleted trace (404) is not a failure: the record stays. */
const orUndefined = (error: unknown): undefined => {
  if (error instanceof RequestProblem && error.status === 404) return undefined;
  throw error;
};

/** The explanation beside the trace, by the console's parts; the selected span is in the address. */
export function WhyAndTrace({ violation }: { readonly violation: Violation }) {
  const { proxy } = useChosenDataSource();
  const path = `v1/violations/${encodeURIComponent(violation.id)}`;
  const trace = useAnswer(useCallback(() => request<Trace>(proxy, `${path}/trace`).catch(orUndefined), [proxy, path]));
  const whole = useAnswer(useCallback(() => request<WholeExplanation>(proxy, `${path}/explanation`).catch(orUndefined), [proxy, path]));
  const [search, change] = useSearch();
  const tree = whole.value?.explanation.tree ?? violation.explanation.tree;
  const text = whole.value?.expression;
  const conditions = useMemo(() => conditionsOf(tree, violation.span_id), [tree, violation.span_id]);
  const letters = useMemo(() => lettersOf(conditions), [conditions]);
  const ghosts = useMemo(() => ghostsOf(conditions, text), [conditions, text]);
  const spans = useMemo(() => new Map((trace.value?.spans ?? []).map((span) => [span.span_id, span])), [trace.value]);
  const rows = useMemo(() => (trace.value === undefined ? undefined : traceRows(trace.value.spans)), [trace.value]);
  const witness = rows?.rows.find(({ span }) => letters.has(span.span_id)) ?? rows?.rows[0];
  const selected = search.get('span') ?? (spans.has(violation.span_id) ? violation.span_id : witness?.span.span_id);
  const select = (span: string): void => change({ span });
  const selectedRow = rows?.rows.find(({ span }) => span.span_id === selected);
  return (
    <ConsoleScope className={stacked}>
      <section className="panel" aria-labelledby="why-h">
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
      <section className="panel" aria-labelledby="trace-h">
        <header>
          <h2 id="trace-h">Trace</h2>
          <span className="mono small dim ellipsis">
            <UserText>{violation.trace_id}</UserText>
          </span>
        </header>
        <ProblemAlert what="The trace could not be read." error={trace.error} onRetry={trace.again} />
        {trace.value?.complete === false ? (
          <Alert severity="warning" title="Some spans of this trace are older than the log keeps: they are not shown." />
        ) : null}
        {rows !== undefined ? (
          <>
            <Minimap trace={rows} letters={letters} />
            <Waterfall trace={rows} letters={letters} ghosts={ghosts} selected={selected} matchesOnly={false} onSelect={select} />
          </>
        ) : trace.loading ? (
          <LoadingPlaceholder text="Loading trace" />
        ) : trace.error === undefined ? (
          <p className="body dim">The spans are gone: they are older than the log keeps. Why the rule was violated stays on record.</p>
        ) : null}
      </section>
      {selectedRow === undefined ? null : (
        <section className="panel" aria-labelledby="span-h">
          <header>
            <h2 id="span-h" className="ellipsis">
              <UserText>{selectedRow.span.name}</UserText>
            </h2>
          </header>
          <div className="body">
            <SpanPanel row={selectedRow} conditions={conditions} />
          </div>
        </section>
      )}
    </ConsoleScope>
  );
}
