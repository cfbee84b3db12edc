import type { MetricDeclarations } from '#platform';

/** What telling receivers of violations measures. */
export const NOTIFY_METRICS = {
  sent: {
    type: 'counter',
    name: 'betrace_notifications_sent_total',
    help: 'Violations (revisions) that a receiver of notifications has taken.',
    labels: ['receiver'],
  },
  failures: {
    type: 'counter',
    name: 'betrace_notification_failures_total',
    help: 'Requests to a receiver of notifications that failed and are repeated: `passing`, or `configuration`, which somebody has to put right.',
    labels: ['receiver', 'kind'],
  },
  refused: {
    type: 'counter',
    name: 'betrace_notifications_refused_total',
    help: 'Violations (revisions) that a receiver of notifications refused for good, by its answer (`http_400`); they are not sent again.',
    labels: ['receiver', 'reason'],
  },
  muted: {
    type: 'counter',
    name: 'betrace_notifications_muted_total',
    help: 'Violations (revisions) that a receiver was not told of, because somebody muted their rule.',
    labels: ['receiver'],
  },
  unreadable: {
    type: 'counter',
    name: 'betrace_notifications_unreadable_total',
    help: 'Records of the violations log that are no violations; a receiver is told nothing of them.',
    labels: ['receiver'],
  },
  missing: {
    type: 'counter',
    name: 'betrace_notifications_missing_total',
    help: 'Records of the violations log that were deleted before a receiver was told of them.',
    labels: ['receiver'],
  },
  lag: {
    type: 'gauge',
    name: 'betrace_notification_lag_records',
    help: 'Records of the violations log that a receiver was not told of yet, from its end when it is scraped. `NaN`: the end is not known.',
    labels: ['receiver', 'partition'],
  },
} as const satisfies MetricDeclarations;
