import type { MetricDeclarations } from '#platform';

/** The metrics of `betrace probe --every` at `--listen`. */
export const PROBE_METRICS = {
  rounds: {
    type: 'counter',
    name: 'betrace_probe_rounds_total',
    help: 'Rounds of the verdict probe, by result: `right`; `faulty`: a verdict was missed, wrong, double or late; `failed`: the server could not be reached.',
    labels: ['result'],
  },
  verdicts: {
    type: 'counter',
    name: 'betrace_probe_verdicts_total',
    help: 'Verdicts on the traces of the verdict probe, by outcome: `right`, `missed`, `wrong`, `double`, `late`. A verdict counts at each fault that it has.',
    labels: ['outcome'],
  },
  slowest: {
    type: 'gauge',
    name: 'betrace_probe_slowest_verdict_seconds',
    help: 'From sending to the list of violations, the slowest verdict of the last round.',
  },
  lastRight: {
    type: 'gauge',
    name: 'betrace_probe_last_right_timestamp_seconds',
    help: 'When the last round with only right verdicts ended, in seconds since 1970; 0 before the first.',
  },
} as const satisfies MetricDeclarations;
