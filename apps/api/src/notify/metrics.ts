import type { MetricDeclarations } from '#platform';

/** Metrics of notifications. */
export const NOTIFY_METRICS = {
  sent: {
    type: 'counter',
    name: 'betrace_notifications_sent_total',
    help: 'Violations (revisions) that a receiver of notifications has accepted.',
    labels: ['receiver'],
  },
  failures: {
    type: 'counter',
    name: 'betrace_notification_failures_total',
    help: 'Failed requests to a receiver of notifications, which are retried: `passing`, or `configuration`, which an operator has to correct.',
    labels: ['receiver', 'kind'],
  },
  refused: {
    type: 'counter',
    name: 'betrace_notifications_refused_total',
    help: 'Violations (revisions) that a receiver of notifications refused permanently, by its answer (`http_400`); they are not sent again.',
    labels: ['receiver', 'reason'],
  },
  muted: {
    type: 'counter',
    name: 'betrace_notifications_muted_total',
    help: 'Violations (revisions) that were not sent to a receiver, because their rule is muted.',
    labels: ['receiver'],
  },
  unreadable: {
    type: 'counter',
    name: 'betrace_notifications_unreadable_total',
    help: 'Records of the violations log that are not violations; they are not sent.',
    labels: ['receiver'],
  },
  missing: {
    type: 'counter',
    name: 'betrace_notifications_missing_total',
    help: 'Records of the violations log that were deleted before they were sent to a receiver.',
    labels: ['receiver'],
  },
  lag: {
    type: 'gauge',
    name: 'betrace_notification_lag_records',
    help: 'Records of the violations log that were not sent to a receiver yet, up to its end at the time of the scrape. `NaN`: the end is not known.',
    labels: ['receiver', 'partition'],
  },
} as const satisfies MetricDeclarations;
