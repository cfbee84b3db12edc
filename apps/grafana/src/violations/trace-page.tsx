import { PluginPage } from '@grafana/runtime';
import { EmptyState, LoadingPlaceholder } from '@grafana/ui';
import { useCallback } from 'react';
import { Navigate, useParams } from 'react-router';
import type { ViolationList } from '#ui/api/types';
import { plainText } from '#ui/format/plain-text';
import { appPath, place } from '../api/place';
import { request } from '../api/request';
import { useAnswer } from '../api/use-answer';
import { useChosenDataSource } from '../app/chosen-data-source';
import { ProblemAlert } from '../app/problem-alert';
import { ViolationTable } from './violation-table';

/** The violations of a trace: opens a single one, or lists several. */
export default function TracePage() {
  const { traceId = '' } = useParams();
  const { proxy } = useChosenDataSource();
  const { value, error, again } = useAnswer(
    useCallback(
      () => request<ViolationList>(proxy, 'v1/violations', { params: { trace_id: traceId, view: 'full', limit: 1000 } }),
      [proxy, traceId],
    ),
  );
  const [only, second] = value?.violations ?? [];
  if (only !== undefined && second === undefined) return <Navigate to={appPath(`violations/${encodeURIComponent(only.id)}`)} replace />;
  return (
    <PluginPage pageNav={{ text: plainText(traceId), parentItem: { text: 'Violations', url: place('violations') } }}>
      <ProblemAlert what="The violations of the trace could not be read." error={error} onRetry={again} />
      {value === undefined ? (
        error === undefined ? (
          <LoadingPlaceholder text="Loading violations" />
        ) : null
      ) : only === undefined ? (
        <EmptyState variant="not-found" message="BeTrace found no violation in this trace" />
      ) : (
        <ViolationTable violations={value.violations} />
      )}
    </PluginPage>
  );
}
