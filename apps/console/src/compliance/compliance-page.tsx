import { ShieldCheck } from 'lucide-react';
import { Link } from 'wouter';
import { EmptyState } from '#ui/parts/empty-state';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Pick } from '#ui/parts/pick';
import { Skeleton } from '#ui/parts/skeleton';
import { Tabs } from '#ui/parts/tabs';
import { useAddress } from '../parts/browser/use-address';
import { PageTitle } from '../shell/page-title';
import { PERIODS, useFrameworks, useReport } from './compliance-queries';
import { DownloadReport } from './download-report';
import { ReportPanel } from './report-panel';

/** The traces in scope of each control, those that passed, and the report as files. */
export default function CompliancePage() {
  const frameworks = useFrameworks();
  const known = frameworks.data?.frameworks;
  if (known !== undefined && known.length > 0) return <Frameworks names={known.map(({ framework }) => framework)} />;
  return (
    <>
      <div className="head">
        <PageTitle>Compliance</PageTitle>
      </div>
      <section className="panel" aria-label="Controls">
        {frameworks.error === null ? null : (
          <ErrorBanner what="The frameworks could not be read." error={frameworks.error} onRetry={() => void frameworks.refetch()} />
        )}
        {known === undefined ? (
          frameworks.error === null && <Skeleton lines={6} label="The frameworks are being read" />
        ) : (
          <EmptyState
            icon={ShieldCheck}
            title="No rule names a control"
            actions={
              <Link className="btn primary" href="/rules">
                Rules
              </Link>
            }
          >
            Open the rule that watches over a control and add it under Controls. In a rule file it is:
            <pre className="mono small">{'controls:\n  - {framework: SOC 2, control: CC6.1}'}</pre>
          </EmptyState>
        )}
      </section>
    </>
  );
}

function Frameworks({ names }: { readonly names: readonly string[] }) {
  const { get, put } = useAddress();
  const asked = get('framework');
  const framework = names.find((name) => name === asked) ?? names[0] ?? '';
  const period = get('period') ?? '';
  const report = useReport(framework, period);
  return (
    <>
      <div className="head">
        <PageTitle>Compliance</PageTitle>
        <div className="end">
          <Pick
            label="Period"
            value={period}
            isSet={period !== ''}
            options={PERIODS.map(({ value, text }) => ({ value, text }))}
            onChange={(value) => put({ period: value })}
          />
          <DownloadReport report={report.data} />
        </div>
      </div>
      <Tabs
        label="Framework"
        selected={framework}
        onSelect={(name) => put({ framework: name })}
        tabs={names.map((name) => ({ key: name, text: name, content: () => <ReportPanel query={report} /> }))}
      />
    </>
  );
}
