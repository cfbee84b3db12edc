import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Rule, RuleVersion } from '#ui/api/types';
import { useHere } from '#ui/browser/use-here';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import { Tag } from '#ui/parts/tag';
import { TimeAgo } from '#ui/parts/time-ago';
import { UserText } from '#ui/parts/user-text';
import { answered, client } from '../api/client';
import { ifVersion, RULES, readIfChanged } from '../api/rule-queries';
import { useAddress } from '../parts/browser/use-address';
import { useToast } from '../shell/toasts';
import { useRuleVersions } from '../violation/violation-queries';
import { MemberDifferences } from './compare/member-differences';
import { draftOf } from './draft';
import { FailingDialog, failingTests } from './failing-dialog';

interface Restoring {
  readonly version: number;
  /** Even if its test cases fail. */
  readonly anyway?: boolean;
}

/** Every version of the rule: what changed, by whom, and the way back. */
export function HistoryPanel({ rule }: { readonly rule: Rule }) {
  const versions = useRuleVersions(rule.id);
  const queries = useQueryClient();
  const say = useToast();
  const address = useAddress();
  const here = useHere();
  const shown = Number(address.get('compare'));
  const restore = useMutation({
    mutationFn: ({ version, anyway }: Restoring) =>
      answered(
        client.POST('/v1/rules/{id}/versions/{version}/restore', {
          params: {
            path: { id: rule.id, version: String(version) },
            query: anyway ? {} : { run_tests: true },
            header: ifVersion(rule.version),
          },
        }),
      ),
    onSuccess: (restored, { version }) => {
      say(`Version ${version} is in force again, as version ${restored?.version}`);
      void queries.invalidateQueries({ queryKey: RULES });
      void queries.invalidateQueries({ queryKey: ['rule-versions', rule.id] });
    },
    onError: (error, { version }) => {
      readIfChanged(queries, rule.id, error);
      if (!here()) say(`Version ${version} of ${rule.name} was not restored: ${error.message}`);
    },
  });
  const failing = failingTests(restore.error);
  if (versions.error !== null)
    return <ErrorBanner what="The history could not be read." error={versions.error} onRetry={() => void versions.refetch()} />;
  if (versions.data === undefined || versions.data === null) return <Skeleton lines={4} label="The history is being read" />;
  return (
    <div className="body">
      {restore.error === null || failing !== undefined ? null : <ErrorBanner what="The version was not restored." error={restore.error} />}
      <ol className="samples" aria-label="Versions">
        {versions.data.versions.map((version) => (
          <li key={version.version}>
            <Tag tone={version.version === rule.version ? 'info' : 'plain'}>Version {version.version}</Tag>
            <span>{wordsOf(version)}</span>
            <span className="dim small">
              <TimeAgo ms={Date.parse(version.changed_at)} />
              {version.changed_by === undefined ? null : (
                <>
                  , <UserText length={100}>{version.changed_by}</UserText>
                </>
              )}
            </span>
            {version.rule === undefined || version.version === rule.version ? null : (
              <button
                type="button"
                className="btn small"
                aria-expanded={shown === version.version}
                onClick={() => address.put({ compare: shown === version.version ? undefined : String(version.version) })}
              >
                Compare
              </button>
            )}
            {shown !== version.version || version.rule === undefined ? null : (
              <div className="stack tight broad">
                <p className="small dim">
                  From version {version.version} to version {rule.version}, which is in force
                </p>
                <MemberDifferences
                  before={draftOf(version.rule)}
                  after={draftOf(rule)}
                  label={`Version ${version.version} and version ${rule.version}`}
                />
                <button
                  type="button"
                  className="btn small"
                  disabled={restore.isPending}
                  onClick={() => restore.mutate({ version: version.version })}
                >
                  Restore version {version.version}
                </button>
              </div>
            )}
          </li>
        ))}
      </ol>
      {failing === undefined ? null : (
        <FailingDialog
          tests={failing}
          consequence="Nothing was restored. The rule in force is as it was."
          anyway="Restore anyway"
          onAnyway={() => restore.variables && restore.mutate({ ...restore.variables, anyway: true })}
          onClose={restore.reset}
        />
      )}
    </div>
  );
}

function wordsOf({ action, changes }: RuleVersion): string {
  if (action !== 'updated') return action;
  const members = Object.keys(changes ?? {});
  return members.length === 0 ? 'saved without a change' : `changed ${members.join(', ')}`;
}
