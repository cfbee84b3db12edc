import { BadgeCheck, Check, Clock, Database, History, ListTree, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ApiProblem } from '#ui/api/problem';
import type { RuleVersion, Verification, Violation } from '#ui/api/types';
import { exactTime, span } from '#ui/format/time';
import { useNow } from '#ui/format/use-now';
import { TimeAgo } from '#ui/parts/time-ago';
import { useTrace } from './violation-queries';

type Tone = 'ok' | 'warn' | 'bad' | 'plain';

interface FactsProps {
  readonly violation: Violation;
  readonly verification: Verification | undefined;
  readonly verificationFailed: boolean;
  /** Newest first; null if the rule is no longer known. */
  readonly versions: readonly RuleVersion[] | null | undefined;
}

/** The facts to check first: time, completeness, status, signature, whether the log still has the spans, and later changes of the rule. */
export function Facts({ violation, verification, verificationFailed, versions }: FactsProps) {
  const { timestamp_ms, complete, fragment, close_reason, status, revision } = violation;
  const trace: readonly [Tone, string, string] =
    fragment === true
      ? ['warn', 'A part of it', 'judged on a fragment, or without its root: what seems missing may lie elsewhere']
      : complete
        ? ['ok', 'Complete', 'root and every parent seen']
        : close_reason === 'certain'
          ? ['plain', 'Judged before it closed', 'the answer could no longer change']
          : ['warn', 'Incomplete', 'the root or a parent was not seen'];
  const verdict: readonly [Tone, string, string] =
    status === 'retracted'
      ? ['plain', 'Retracted', `by revision ${revision}: a late span came`]
      : status === 'undecided'
        ? [
            'warn',
            'Undecided',
            violation.undecided?.['reason'] === undefined ? 'a limit was reached' : String(violation.undecided['reason']),
          ]
        : [
            'ok',
            'Stands',
            revision > 1 ? `revision ${revision}; ${CLOSED[close_reason] ?? close_reason}` : (CLOSED[close_reason] ?? close_reason),
          ];
  return (
    <dl className="facts" aria-label="Is it real?">
      <Fact icon={Clock} question="When" detail={exactTime(timestamp_ms)}>
        <TimeAgo ms={timestamp_ms} />
      </Fact>
      <Fact icon={ListTree} question="Trace" tone={trace[0]} detail={trace[2]}>
        {trace[1]}
      </Fact>
      <Fact icon={Check} question="Verdict" tone={verdict[0]} detail={verdict[2]}>
        {verdict[1]}
      </Fact>
      <Signature verification={verification} failed={verificationFailed} keyId={violation.key_id} />
      <LogFact violation={violation} />
      <RuleFact violation={violation} versions={versions} />
    </dl>
  );
}

/** Why the trace was judged when it was. */
const CLOSED: Readonly<Record<string, string>> = {
  certain: 'certain before the trace closed',
  root_grace: 'closed after its root came',
  idle_timeout: 'closed after it was quiet',
  max_age: 'closed at its greatest age',
  max_spans: 'closed when it was full',
  late_span: 'judged again by a late span',
  records_deleted: 'judged again after records of the log were deleted',
};

const WORTH: Readonly<Record<string, readonly [Tone, string]>> = {
  valid: ['ok', 'Valid'],
  invalid: ['bad', 'Invalid: it was changed'],
  'unknown-key': ['warn', 'Unknown key'],
  absent: ['warn', 'Absent'],
};

function Signature({
  verification,
  failed,
  keyId,
}: {
  readonly verification: Verification | undefined;
  readonly failed: boolean;
  readonly keyId: string;
}) {
  const [tone, text] = failed
    ? (['warn', 'Not checked'] as const)
    : verification === undefined
      ? (['plain', 'Checking'] as const)
      : (WORTH[verification.signature] ?? (['warn', verification.signature] as const));
  const publicly = verification?.public_signature === 'valid' ? ', Ed25519 valid' : '';
  return (
    <Fact icon={BadgeCheck} question="Signature" tone={tone} detail={`HMAC, key ${keyId}${publicly}`}>
      {text}
    </Fact>
  );
}

/** The signed record has the offsets of the spans. Only a read of the log shows whether they still exist, as for the waterfall. */
function LogFact({ violation: { id, log } }: Pick<FactsProps, 'violation'>) {
  const { data, error } = useTrace(id);
  const [tone, text]: readonly [Tone, string] =
    data !== undefined
      ? data.complete
        ? ['ok', 'All its spans']
        : ['warn', 'Some of its spans']
      : error === null
        ? ['plain', 'Looking']
        : error instanceof ApiProblem && error.status === 404
          ? ['plain', 'Gone: older than it keeps']
          : ['warn', 'Not read'];
  return (
    <Fact icon={Database} question="In the log" tone={tone} detail={`partition ${log.partition}, ${offsetsOf(log)} (signed)`}>
      {text}
    </Fact>
  );
}

/** `offset 45`, `offsets 44 to 83` */
export const offsetsOf = ({ first_offset: first, last_offset: last }: Violation['log']): string =>
  first === last ? `offset ${first}` : `offsets ${first} to ${last}`;

function RuleFact({ violation: { rule_id, rule_version }, versions }: Pick<FactsProps, 'violation' | 'versions'>) {
  const now = useNow();
  const newest = versions?.[0];
  const detail =
    newest === undefined
      ? versions === null
        ? 'not kept any more'
        : ''
      : newest.action === 'deleted'
        ? 'deleted since'
        : newest.version === rule_version
          ? `unchanged for ${span(now - Date.parse(newest.changed_at))}`
          : `changed since: version ${newest.version}`;
  return (
    <Fact icon={History} question="Rule" tone={newest !== undefined && newest.version !== rule_version ? 'warn' : 'plain'} detail={detail}>
      <Link className="link" href={`/rules/${encodeURIComponent(rule_id)}?tab=history`}>
        Version {rule_version}
      </Link>
    </Fact>
  );
}

interface FactProps {
  readonly icon: LucideIcon;
  readonly question: string;
  readonly tone?: Tone;
  readonly detail: ReactNode;
  readonly children: ReactNode;
}

function Fact({ icon: Icon, question, tone = 'plain', detail, children }: FactProps) {
  return (
    <div>
      <dt>
        <Icon className="i" aria-hidden="true" />
        {question}
      </dt>
      <dd className={`is-${tone}`}>{children}</dd>
      <dd>{detail}</dd>
    </div>
  );
}
