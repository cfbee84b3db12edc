import { ChevronRight, History } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { ApiProblem } from '#ui/api/problem';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { ErrorBanner } from '#ui/parts/error-banner';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { Skeleton } from '#ui/parts/skeleton';
import { StatusTag } from '#ui/parts/status-tag';
import { Tag } from '#ui/parts/tag';
import { LongText, UserText } from '#ui/parts/user-text';
import { DifferencesPanel } from '../differences/differences-panel';
import { useGroupOf } from '../groups/group-queries';
import { copyText } from '../parts/browser/copy-text';
import { useAddress } from '../parts/browser/use-address';
import { useKeys } from '../shell/commands/use-keys';
import { PageTitle } from '../shell/page-title';
import { useToast } from '../shell/toasts';
import { EvidencePanel, RevisionsPanel } from './evidence-panel';
import { Facts } from './facts';
import { GroupPanel } from './group-panel';
import { ViolationActions } from './violation-actions';
import { useRevisions, useRuleVersions, useVerification, useViolation } from './violation-queries';
import { WhyAndTrace } from './why-and-trace';

/** A violation: what happened, why it matches, and its evidence. */
export default function ViolationPage({ id }: { readonly id: string }) {
  const [, navigate] = useLocation();
  const address = useAddress();
  const say = useToast();
  const violation = useViolation(id);
  const verification = useVerification(id);
  const revisions = useRevisions(id);
  const versions = useRuleVersions(violation.data?.rule_id);
  const group = useGroupOf(violation.data);
  const copyLink = async (): Promise<void> =>
    say((await copyText(location.href)) ? 'Link copied' : 'The browser does not let the link be copied');
  useKeys({ Escape: () => navigate('/violations') });

  if (violation.data === undefined) {
    const gone = violation.error instanceof ApiProblem && violation.error.status === 404;
    return (
      <>
        <PageTitle>Violation</PageTitle>
        <section className="panel">
          {violation.error === null ? (
            <Skeleton lines={10} label="The violation is being read" />
          ) : (
            <ErrorBanner
              what={gone ? 'There is no such violation.' : 'The violation could not be read.'}
              error={violation.error}
              {...(gone ? {} : { onRetry: () => void violation.refetch() })}
            />
          )}
        </section>
      </>
    );
  }
  const asked = Number(address.get('revision'));
  const former = revisions.data?.revisions.find(({ revision }) => revision === asked);
  const shown = former ?? violation.data;
  const showRevision = (revision: number | null): void =>
    address.put({ revision: revision === null ? undefined : String(revision) }, { entry: true });
  return (
    <>
      <div className="stack tight">
        <nav className="crumbs" aria-label="Breadcrumb">
          <Link href="/violations">Violations</Link>
          <ChevronRight className="i" aria-hidden="true" />
          <Link href={`/violations?rule_id=${encodeURIComponent(shown.rule_id)}`}>
            <UserText>{shown.rule_id}</UserText>
          </Link>
          <ChevronRight className="i" aria-hidden="true" />
          <span className="mono ellipsis">{shown.id}</span>
        </nav>
        <div className="head">
          <SeverityBadge severity={shown.severity} />
          <PageTitle>{shown.rule_name}</PageTitle>
          {shown.status === 'open' ? <Tag>Open</Tag> : null}
          <StatusTag violation={shown} />
          <ViolationActions violation={shown} group={group.data} onCopyLink={() => void copyLink()} />
        </div>
        <p className="lead">
          {shown.service === '' ? null : (
            <b>
              <UserText>{shown.service}</UserText>:{' '}
            </b>
          )}
          <LongText name="the message">{violationSentence(shown)}</LongText>
        </p>
      </div>
      {former === undefined && violation.data.status === 'retracted' ? (
        <div className="banner">
          <History className="i" aria-hidden="true" />
          <span>
            <b>Taken back by revision {violation.data.revision}</b>, when a late span came. The first verdict stays on record, with its
            signature.
          </span>
          <button type="button" className="btn small end" onClick={() => showRevision(violation.data.revision - 1)}>
            Revision {violation.data.revision - 1}
          </button>
        </div>
      ) : null}
      {former === undefined ? null : (
        <div className="banner warn">
          <History className="i" aria-hidden="true" />
          <span>
            This is <b>revision {former.revision}</b>, which a later revision replaced.
          </span>
          <button type="button" className="btn small end" onClick={() => showRevision(null)}>
            Show the current revision
          </button>
        </div>
      )}
      <Facts
        violation={shown}
        verification={verification.data}
        verificationFailed={verification.error !== null}
        versions={versions.data === null ? null : versions.data?.versions}
      />
      <WhyAndTrace violation={shown} asRecorded={former !== undefined} versions={versions.data?.versions} />
      {former === undefined ? <DifferencesPanel violation={violation.data} /> : null}
      <div className="columns three">
        {revisions.data === undefined || revisions.data.total < 2 ? null : (
          <RevisionsPanel revisions={revisions.data} shown={shown.revision} onShow={showRevision} />
        )}
        <GroupPanel violation={shown} group={group.data} error={group.error} onRetry={() => void group.refetch()} />
        <EvidencePanel violation={shown} />
      </div>
    </>
  );
}
