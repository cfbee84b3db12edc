import { useQuery } from '@tanstack/react-query';
import { EyeOff } from 'lucide-react';
import type { Rule } from '#ui/api/types';
import { EmptyState } from '#ui/parts/empty-state';
import { ErrorBanner } from '#ui/parts/error-banner';
import { Skeleton } from '#ui/parts/skeleton';
import { answered, client } from '../../api/client';
import { FoundSamples } from './found-samples';

const EVERY_MS = 10_000;

interface ShadowPanelProps {
  readonly rule: Rule;
}

/** The recent matches of a rule in shadow: violations, if it were enforced. */
export function ShadowPanel({ rule }: ShadowPanelProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ['rule-samples', rule.id],
    refetchInterval: EVERY_MS,
    queryFn: ({ signal }) => answered(client.GET('/v1/rules/{id}/samples', { params: { path: { id: rule.id } }, signal })),
  });
  if (data === undefined) {
    return error === null ? (
      <Skeleton lines={4} label="The samples are being read" />
    ) : (
      <ErrorBanner what="The samples could not be read." error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <div className="body stack">
      {error === null ? null : <ErrorBanner what="The samples are not from now." error={error} onRetry={() => void refetch()} />}
      {data.samples.length === 0 ? (
        <EmptyState icon={EyeOff} title="Nothing was found in shadow">
          The rule judges every span. Its matches are shown here, and nobody is notified.
        </EmptyState>
      ) : (
        <>
          <p className="small dim">
            The last of what would be violations if the rule were enforced, at most 20. A preview counts all of a time.
          </p>
          <FoundSamples
            label="Samples in shadow"
            samples={data.samples}
            expression={data.samples.every(({ rule_version }) => rule_version === rule.version) ? rule.expression : undefined}
          />
        </>
      )}
    </div>
  );
}
