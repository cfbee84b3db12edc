import { dateTimeFormat } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { LinkButton, LoadingPlaceholder, Stack, TextLink } from '@grafana/ui';
import { useCallback } from 'react';
import { useParams } from 'react-router';
import type { Violation } from '#ui/api/types';
import { violationSentence } from '#ui/explanation/violation-sentence';
import { plainText } from '#ui/format/plain-text';
import { SeverityBadge } from '#ui/parts/severity-badge';
import { StatusTag } from '#ui/parts/status-tag';
import { Tag } from '#ui/parts/tag';
import { TimeAgo } from '#ui/parts/time-ago';
import { LongText } from '#ui/parts/user-text';
import { place, tempoPlace } from '../api/place';
import { request } from '../api/request';
import { useAnswer } from '../api/use-answer';
import { useChosenDataSource } from '../app/chosen-data-source';
import { ProblemAlert } from '../app/problem-alert';
import { ConsoleScope } from '../console/console-scope';
import { WhyAndTrace } from './why-and-trace';

/** A violation: what happened, why it matches, and its trace. */
export default function ViolationPage() {
  const { id = '' } = useParams();
  const { proxy, tempoUid } = useChosenDataSource();
  const { value, error, again } = useAnswer(
    useCallback(() => request<Violation>(proxy, `v1/violations/${encodeURIComponent(id)}`), [proxy, id]),
  );
  const actions =
    value === undefined || tempoUid === undefined ? undefined : (
      <LinkButton variant="secondary" href={tempoPlace(tempoUid, value.wire_trace_id, value.timestamp_ms)}>
        Open in Tempo
      </LinkButton>
    );
  return (
    <PluginPage
      pageNav={{ text: plainText(value?.rule_name ?? 'Violation'), parentItem: { text: 'Violations', url: place('violations') } }}
      actions={actions}
    >
      <ProblemAlert what="The violation could not be read." error={error} onRetry={again} />
      {value === undefined ? (
        error === undefined ? (
          <LoadingPlaceholder text="Loading violation" />
        ) : null
      ) : (
        <Stack direction="column" gap={2}>
          <Stack direction="row" gap={2} alignItems="center" wrap="wrap">
            <ConsoleScope>
              <SeverityBadge severity={value.severity} /> {value.status === 'open' ? <Tag>Open</Tag> : null} <StatusTag violation={value} />
            </ConsoleScope>
            <TextLink href={place('violations', { rule_id: value.rule_id, from: 'now-24h', to: 'now' })}>
              {plainText(value.rule_id)}
            </TextLink>
            {value.service === '' ? null : <strong>{plainText(value.service)}</strong>}
            <span>
              {dateTimeFormat(value.timestamp_ms)}, <TimeAgo ms={value.timestamp_ms} />
            </span>
            {value.revision === 1 ? null : <span>Revision {value.revision}</span>}
          </Stack>
          <ConsoleScope>
            <p>
              <LongText name="the message">{violationSentence(value)}</LongText>
            </p>
          </ConsoleScope>
          <WhyAndTrace violation={value} />
        </Stack>
      )}
    </PluginPage>
  );
}
