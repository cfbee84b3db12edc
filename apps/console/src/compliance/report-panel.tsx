import type { UseQueryResult } from '@tanstack/react-query';
import { CircleHelp, Eye, ListChecks, ShieldX } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ComplianceReport } from '#ui/api/types';
import { exactCount, plural } from '#ui/format/count';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import { ControlTable } from './control-table';

/** A framework: its totals, then each control. */
export function ReportPanel({ query }: { readonly query: UseQueryResult<ComplianceReport> }) {
  const { data: report, error } = query;
  return (
    <div className="stack">
      {error === null ? null : <ErrorBanner what="The report could not be read." error={error} onRetry={() => void query.refetch()} />}
      {report === undefined ? error === null && <Skeleton lines={6} label="The report is being made" /> : <Report report={report} />}
    </div>
  );
}

function Report({ report }: { readonly report: ComplianceReport }) {
  const { controls, traces, limits, from } = report;
  const looked = controls.filter(({ traces_in_scope }) => traces_in_scope > 0).length;
  const bad = controls.filter(({ outcome }) => outcome === 'violated').length;
  const unknown = controls.filter(({ outcome }) => outcome === 'undecided').length;
  const since = limits.counted_since;
  return (
    <>
      <dl className="facts">
        <Fact icon={<Eye className="i" aria-hidden="true" />} question="Traces in this time" answer={exactCount(traces)}>
          {since === undefined ? 'none was counted yet' : since > from ? `counted since ${when(since)}` : 'all of them are counted'}
        </Fact>
        <Fact
          icon={<ListChecks className="i" aria-hidden="true" />}
          question="Controls looked at"
          answer={`${looked} of ${controls.length}`}
          warn={looked < controls.length}
        >
          by rules that are enforced
        </Fact>
        <Fact icon={<ShieldX className="i" aria-hidden="true" />} question="Controls violated" answer={exactCount(bad)} warn={bad > 0}>
          a violation of a rule stands
        </Fact>
        <Fact
          icon={<CircleHelp className="i" aria-hidden="true" />}
          question="Controls undecided"
          answer={exactCount(unknown)}
          warn={unknown > 0}
        >
          a limit or a defect kept a rule from a verdict
        </Fact>
      </dl>
      <section className="panel" aria-label="Controls">
        <ControlTable controls={controls} />
      </section>
      {limits.provisional_since === undefined ? null : (
        <p className="small">
          Provisional: some traces since {when(limits.provisional_since)} are not counted yet, while their violations are.
        </p>
      )}
      {limits.rule_set_unknown === 0 ? null : (
        <p className="small">
          The rules that {plural(limits.rule_set_unknown, 'trace')} {limits.rule_set_unknown === 1 ? 'was' : 'were'} judged by are lost:
          they count as not looked at.
        </p>
      )}
      <p className="dim small">
        {when(report.from)} to {when(report.to)}. In scope are traces that closed while a rule of the control was enforced. Passed are those
        that are neither violated nor undecided. Nothing in scope is not a pass.
      </p>
    </>
  );
}

const when = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

interface FactProps {
  readonly icon: ReactNode;
  readonly question: string;
  readonly answer: string;
  readonly warn?: boolean;
  readonly children: ReactNode;
}

function Fact({ icon, question, answer, warn = false, children }: FactProps) {
  return (
    <div>
      <dt>
        {icon}
        {question}
      </dt>
      <dd className={warn ? 'figure num is-warn' : 'figure num'}>{answer}</dd>
      <dd>{children}</dd>
    </div>
  );
}
